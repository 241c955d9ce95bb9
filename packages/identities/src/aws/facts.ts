/** Facts about AWS that need no request: for code that only parses and describes. */
export { COMMERCIAL, PARTITIONS, type Partition, partitionOfArn, partitionOfRegion } from "./partitions.ts";
export { checkSessionName, isRoleArn, notARoleArn } from "./role.ts";
export { endpointIn, parseEndpointUrl, regionIn, switchIn } from "./settings.ts";
