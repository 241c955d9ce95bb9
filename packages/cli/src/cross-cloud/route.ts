import type { Cloud } from "../distributions/types.ts";
import type { ValueName, Values } from "./values.ts";

/** The kinds of nodes and pods that pull. */
export const SOURCES = ["pods", "ec2", "azure", "arc", "gce", "certificate"] as const;
export type Source = (typeof SOURCES)[number];

/** Commands that belong together, under one heading of the page. */
export interface Step {
  readonly heading: string;
  /** Steps to do by hand first. */
  readonly before?: string;
  /** Each one command; a long one has lines that end with a backslash. */
  readonly commands: readonly string[];
}

/** Both sides of one route, for one set of values. */
export interface BothSides {
  readonly steps: readonly Step[];
  /** Files that the commands and Terraform use, by name. */
  readonly files: Readonly<Record<string, string>>;
  readonly terraform: string;
  /** Annotations of the pods' service account. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** The settings of the identity map's entry for the registry's cloud. */
  readonly identity: Readonly<Record<string, IdentityField>>;
  /** Pattern of the registry's images. */
  readonly registry: string;
}

/** A field of an entry: a text or a group of them. */
export type IdentityField = string | Readonly<Record<string, string>>;

/** The setup for one kind of node or pod and the registries of one cloud. */
export interface Route {
  /** Name of the page in docs/identity. */
  readonly page: string;
  readonly from: readonly Source[];
  readonly to: Cloud;
  readonly title: string;
  readonly needs: readonly ValueName[];
  /** In addition to `needs`, for machines without Azure Arc. */
  readonly needsOutsideArc?: readonly ValueName[];
  /** @param from one of the route's `from` */
  bothSides(values: Values, from: Source): BothSides;
}
