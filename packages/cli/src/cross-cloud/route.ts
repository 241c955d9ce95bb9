import type { Cloud } from "../distributions/types.ts";
import type { ValueName, Values } from "./values.ts";

/** Who pulls. */
export const SOURCES = ["pods", "ec2", "azure", "arc", "gce", "certificate"] as const;
export type Source = (typeof SOURCES)[number];

/** Commands that belong together: what the page has under one heading. */
export interface Step {
  readonly heading: string;
  /** What has to be done by hand before. */
  readonly before?: string;
  /** Each one command; a long one has lines that end with a backslash. */
  readonly commands: readonly string[];
}

/** Both sides of one route, for one set of values. */
export interface BothSides {
  readonly steps: readonly Step[];
  /** Files that the commands and Terraform name, by their names. */
  readonly files: Readonly<Record<string, string>>;
  readonly terraform: string;
  /** Annotations of the pods' service account. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** What an entry of the identity map says for the registry's cloud. */
  readonly identity: Readonly<Record<string, IdentityField>>;
  /** Pattern of the registry's images. */
  readonly registry: string;
}

/** A field of an entry: a text or a group of them. */
export type IdentityField = string | Readonly<Record<string, string>>;

/** One way from a kind of node or pod to the registries of a cloud. */
export interface Route {
  /** As the page in docs/identity is called. */
  readonly page: string;
  readonly from: readonly Source[];
  readonly to: Cloud;
  readonly title: string;
  readonly needs: readonly ValueName[];
  /** Beside `needs`, for machines that are not under Azure Arc. */
  readonly needsOutsideArc?: readonly ValueName[];
  /** @param from one of the route's own */
  bothSides(values: Values, from: Source): BothSides;
}
