import type { HttpClient } from "./client.ts";

/**
 * Opens the connection for the next request while the current step still waits for its response. It waits until that step's first
 * request was sent, which opening it earlier would delay.
 * @param url of the next request, for {@link HttpClient.preconnect}
 * @throws what `current` rejects with, if that is first
 */
export async function connectMeanwhile(
  http: Pick<HttpClient, "firstSent" | "preconnect">,
  url: string,
  current: Promise<unknown>,
): Promise<void> {
  await Promise.race([current, http.firstSent()]);
  http.preconnect(url);
}
