import type { Clouds } from "./clouds.ts";

/** Makes every cloud reject requests for credentials until `faults.clear()`. */
export async function refuseEverything({ faults }: Clouds): Promise<void> {
  const refusal = (body: object, headers: Record<string, string> = {}) => ({
    kind: "answer" as const,
    reply: {
      status: 403,
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    },
  });
  await faults.add({
    service: "aws.ecr",
    fault: refusal(
      { __type: "AccessDeniedException", Message: "not authorized to perform ecr:GetAuthorizationToken" },
      { "x-amzn-requestid": "a-request-id" },
    ),
  });
  await faults.add({
    service: "azure.acr",
    operation: "Exchange",
    fault: refusal({ errors: [{ code: "DENIED", message: "access denied" }] }),
  });
  await faults.add({
    service: "google.metadata",
    fault: refusal({ error: "forbidden" }, { "metadata-flavor": "Google" }),
  });
}
