import { A_QUARTER, OURS, VENDORS, WITHOUT_CACHE, WITHOUT_JITTER } from "./policies.ts";
import { formatCount, formatSeconds, formatShare } from "./report.ts";
import type { Row, ServiceRow } from "./results.ts";
import { routeOf } from "./routes.ts";
import { scenarioOf } from "./scenarios.ts";

/** The findings as sentences; every number is from the rows. @throws if a row is missing */
export function findings(rows: readonly Row[]): string {
  const find = (scenario: Row["scenario"], route: Row["route"], policy: { readonly name: string }): Row => {
    const row = rows.find(
      (one) => one.scenario === scenario && one.route === route && one.policy === policy.name,
    );
    if (row === undefined) throw new Error(`no row for ${scenario}, ${route}, ${policy.name}`);
    return row;
  };
  const ecr = (policy: { readonly name: string }) => find("day", "ecr", policy);
  const acr = (policy: { readonly name: string }) => find("day", "acr", policy);
  const boot = (policy: { readonly name: string }) => find("boot", "ecr", policy);
  const outage = (policy: { readonly name: string }) => find("outage", "ecr", policy);
  return [
    bootFinding(boot),
    jitterFinding(ecr, acr),
    widthFinding(ecr, acr),
    cacheFinding(acr),
    outageFinding(outage),
  ].join("\n\n");
}

type Find = (policy: { readonly name: string }) => Row;

const only = ({ services }: Row): ServiceRow => {
  const [first] = services;
  if (first === undefined) throw new Error("a row without services");
  return first;
};

function bootFinding(boot: Find): string {
  const [ours, vendor] = [boot(OURS), boot(VENDORS.ecr)];
  const { perSecond } = routeOf("ecr").services[0]?.limit ?? { perSecond: 0 };
  return `**When a fleet boots, the limit sets how long it takes.** ${formatCount(ours.nodes)} credentials at ${formatCount(perSecond)} per second take at least ${formatSeconds(
    ours.nodes / perSecond,
  )}.
The last node has its credential ${formatSeconds(ours.lastAt)} after the first boot with imagecred, and ${formatSeconds(vendor.lastAt)} with the vendor's plugin.
${formatShare(only(ours).throttledShare)} and ${formatShare(only(vendor).throttledShare)} of the requests are throttled, because the kubelet runs the plugin again every 10 to 15 seconds for each image.
To boot more nodes at a time, request a higher quota. ACR Premium and Google have quotas per minute, which are enough for this burst.`;
}

function jitterFinding(ecr: Find, acr: Find): string {
  const [ours, none, vendor] = [ecr(OURS), ecr(WITHOUT_JITTER), ecr(VENDORS.ecr)];
  const { throttledShare } = only(ours);
  return `**Jitter spreads the requests of nodes that booted together.** Without jitter, ${formatCount(none.nodes)} nodes send requests to ECR in the same ten seconds, every six hours:
${formatCount(only(none).peak)} requests in the busiest second, and ${formatShare(only(none).throttledShare)} of all requests are throttled (the vendor's plugin: ${formatCount(
    only(vendor).peak,
  )} and ${formatShare(only(vendor).throttledShare)}).
With jitter, the busiest second has ${formatCount(only(ours).peak)} requests, and ${
    throttledShare === 0 ? "no request is throttled" : `${formatShare(throttledShare)} are throttled`
  }. At ACR, ${formatCount(acr(OURS).nodes)} nodes send ${formatCount(only(acr(VENDORS.acr)).peak)} requests in the
busiest second with the vendor's plugin, which always caches for 60 minutes, and ${formatCount(only(acr(OURS)).peak)} with imagecred.`;
}

function widthFinding(ecr: Find, acr: Find): string {
  const more = only(acr(A_QUARTER)).requestsPerHour / only(acr(OURS)).requestsPerHour - 1;
  return `**A jitter of a tenth is enough for these fleets.** With a quarter, the busiest second has ${formatCount(only(ecr(A_QUARTER)).peak)} requests instead of ${formatCount(
    only(ecr(OURS)).peak,
  )} at ECR,
and ${formatCount(only(acr(A_QUARTER)).peak)} instead of ${formatCount(only(acr(OURS)).peak)} at ACR, but ACR gets ${formatShare(more)} more requests in total. In both cases no request is throttled, so imagecred
uses a tenth, which caches credentials longer.`;
}

function cacheFinding(acr: Find): string {
  const [ours, none, vendor] = [acr(OURS), acr(WITHOUT_CACHE), acr(VENDORS.acr)];
  return `**Caching keeps a fleet below its limits.** With a pod every five minutes, ${formatCount(ours.nodes)} nodes send ACR ${formatCount(
    only(none).requestsPerHour,
  )} requests an hour without caching,
${formatCount(only(vendor).requestsPerHour)} with the vendor's 60 minutes, and ${formatCount(only(ours).requestsPerHour)} with imagecred. imagecred caches for up to half of the token's three hours.`;
}

function outageFinding(outage: Find): string {
  const [ours, vendor] = [outage(OURS), outage(VENDORS.ecr)];
  const end = (scenarioOf("outage").outage?.toMs ?? 0) / 1000;
  return `**After an outage, the nodes have credentials within seconds.** ${formatCount(ours.nodes)} nodes boot while ECR fails for ten minutes. The last node has a credential
${formatSeconds(ours.lastAt - end)} after the outage with imagecred, and ${formatSeconds(vendor.lastAt - end)} with the vendor's plugin, because the kubelet waits 10 to 15 seconds between runs. During the
outage imagecred sends more requests (${formatCount(only(ours).requests)}; the vendor's plugin ${formatCount(only(vendor).requests)}), because a run makes four attempts instead of three.`;
}
