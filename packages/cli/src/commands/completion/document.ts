export interface CompletionDocument {
  readonly kind: "CompletionScript";
  readonly shell: string;
  readonly script: string;
}
