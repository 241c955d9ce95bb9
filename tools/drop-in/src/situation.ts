import type { RequestOptions } from "@imagecred/e2e";
import type { Clouds, Plugin } from "@imagecred/fake-clouds";
import type { Login } from "./registry.ts";

/** Arguments, environment and stdin of a plugin. */
export interface Start {
  readonly args?: readonly string[];
  /** In addition to PATH, HOME and the CA of the fake clouds. */
  readonly env?: Readonly<Record<string, string>>;
  readonly request?: RequestOptions;
  /** Instead of a request for the image: stdin, byte for byte. */
  readonly stdin?: string;
}

/** The network of the machine that a situation is in. */
export type Network = "as on a node" | "IPv6 only";

/** One thing that a node, an image or a configuration can be like. Both plugins are run in it. */
export interface Situation {
  /** First column of the table, Markdown; also the test's name. */
  readonly name: string;
  /** Default: the plugin's usual image. */
  readonly image?: string;
  /** Where the image's content comes from, when not from the host in its name: a mirror's registry. */
  readonly registry?: string;
  /** Default `as on a node`. */
  readonly network?: Network;
  /**
   * Changes the clouds and says how the plugin is started. Called before each of the two runs; the clouds are in their initial state then.
   */
  readonly arrange?: (clouds: Clouds) => Start | Promise<Start>;
  /**
   * The beginning of a row in the page's table "What changes, and why" (column "Go plugin", in Markdown), if the two plugins
   * differ on purpose. That row has the reason.
   */
  readonly differs?: string;
}

/** Situations of one kind. */
export interface Group {
  /** Heading of the table. */
  readonly title: string;
  readonly situations: readonly Situation[];
}

/** A plugin with everything that it is compared in. */
export interface Comparison {
  readonly plugin: Plugin;
  /** Page below docs/ that describes what changes. */
  readonly page: string;
  /** Our executable. */
  readonly executable: string;
  /** The image of situations that name none. */
  readonly image: string;
  /** Host names in the machine's network. */
  readonly names: { readonly clouds: readonly string[]; readonly metadata: readonly string[] };
  /** The fake service behind the metadata address, with its IPv6 address where the cloud has one. */
  readonly metadata: { readonly service: string; readonly ipv6?: string };
  /** More services on addresses of their own, port 80. */
  readonly addresses?: Readonly<Record<string, string>>;
  /** Arguments of every run whose situation has none of its own. */
  readonly usual: (clouds: Clouds) => Start | Promise<Start>;
  /** Puts back what {@link Situation.arrange} may have changed. */
  readonly restore: (clouds: Clouds) => void;
  /**
   * The principal of a login, in a word or two; undefined for one that the registry refuses.
   * @param source the image's repository, with its host
   */
  readonly holder: (clouds: Clouds, source: string, login: Login) => Promise<string | undefined>;
  readonly groups: readonly Group[];
}
