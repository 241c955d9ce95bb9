export { missing as whyNoComparison } from "./missing.ts";
export { type VendorPlugin, vendorPlugin, vendorPluginsMissing } from "./vendor-plugins.ts";
