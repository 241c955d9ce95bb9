import { type Component, purlOf } from "./components.ts";

export interface SbomSubject {
  /** File name of the asset. */
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
  /** Seconds since the epoch: SOURCE_DATE_EPOCH, so that the document is reproducible. */
  readonly createdAt: number;
}

const OWN_LICENSE = "Apache-2.0";
const NAMESPACE = "https://spdx.org/spdxdocs/imagecred";

/**
 * An SPDX 2.3 document in JSON (https://spdx.github.io/spdx-spec/v2.3/) for one executable: the file with its digest, and
 * every third-party package inside it.
 */
export function spdxDocument(subject: SbomSubject, components: readonly Component[]): string {
  const own = {
    SPDXID: "SPDXRef-Package",
    name: subject.name,
    versionInfo: subject.version,
    packageFileName: subject.name,
    downloadLocation: "NOASSERTION",
    filesAnalyzed: false,
    checksums: [{ algorithm: "SHA256", checksumValue: subject.sha256 }],
    licenseConcluded: OWN_LICENSE,
    licenseDeclared: OWN_LICENSE,
    copyrightText: "NOASSERTION",
    primaryPackagePurpose: "APPLICATION",
  };
  const others = components.map((component, index) => ({
    SPDXID: `SPDXRef-Component-${index + 1}`,
    name: component.name,
    versionInfo: component.version,
    downloadLocation: "NOASSERTION",
    filesAnalyzed: false,
    licenseConcluded: "NOASSERTION",
    licenseDeclared: component.license,
    copyrightText: "NOASSERTION",
    ...(component.homepage === undefined ? {} : { homepage: component.homepage }),
    externalRefs: [
      { referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator: purlOf(component) },
    ],
  }));
  const document = {
    spdxVersion: "SPDX-2.3",
    dataLicense: "CC0-1.0",
    SPDXID: "SPDXRef-DOCUMENT",
    name: `${subject.name} ${subject.version}`,
    documentNamespace: `${NAMESPACE}/${subject.name}-${subject.version}-${subject.sha256}`,
    creationInfo: {
      created: new Date(subject.createdAt * 1000).toISOString().replace(/\.\d{3}Z$/, "Z"),
      creators: ["Organization: imagecred", "Tool: imagecred-release"],
    },
    documentDescribes: [own.SPDXID],
    packages: [own, ...others],
    relationships: [
      { spdxElementId: "SPDXRef-DOCUMENT", relationshipType: "DESCRIBES", relatedSpdxElement: own.SPDXID },
      ...others.map(({ SPDXID }) => ({
        spdxElementId: own.SPDXID,
        relationshipType: "CONTAINS",
        relatedSpdxElement: SPDXID,
      })),
    ],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
