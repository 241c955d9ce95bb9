import assert from "node:assert/strict";
import { test } from "node:test";
import { parseImage } from "../wire/image-name.ts";
import {
  anonymousResponse,
  type ImageIdentities,
  type ImageOptions,
  registryOrImage,
  settingsFor,
} from "./image-settings.ts";
import { parseRegistryMirrors } from "./registry-mirrors.ts";

interface Options extends ImageOptions {
  readonly word: string;
}

function options(...mirrors: readonly string[]): Options {
  return {
    identity: { identity: "auto", fallback: "none" },
    mirrors: parseRegistryMirrors(mirrors),
    word: "flags",
  };
}

/** Settings that contain the image that they are for. */
const ECHO: ImageIdentities<Options> = {
  settingsFor: (asked, given) => ({
    options: { ...given, word: asked.name },
    byPath: asked.host === "paths.io",
    anonymous: false,
    asPod: true,
  }),
};

test("without a file, the plugin's own options apply to every image", () => {
  const settings = settingsFor(parseImage("r.io/app"), options(), undefined);
  assert.equal(settings.options.word, "flags");
  assert.equal(settings.target.name, "r.io/app");
  assert.deepEqual([settings.byPath, settings.anonymous, settings.asPod], [false, false, false]);
  assert.equal(registryOrImage(settings), "Registry");
});

test("a file's settings are looked up by the target's name", () => {
  const settings = settingsFor(parseImage("m.test/app"), options("m.test=r.io/team"), ECHO);
  assert.equal(settings.options.word, "r.io/team/app");
  assert.equal(settings.asPod, true);
});

test("a response is for one image if the file, or a mapping of paths, distinguishes images of a registry", () => {
  const byPath = (image: string, ...mirrors: readonly string[]) =>
    registryOrImage(settingsFor(parseImage(image), options(...mirrors), ECHO));
  assert.equal(byPath("r.io/app"), "Registry");
  assert.equal(byPath("paths.io/app"), "Image");
  assert.equal(byPath("m.test/app", "m.test=paths.io"), "Image");
  assert.equal(byPath("m.test/app", "m.test=r.io", "m.test/team=s.io"), "Image");
});

test("an anonymous response has an empty login for the image's own registry, and is not cached", () => {
  const { auth, cacheKeyType, expiresAt } = anonymousResponse(parseImage("r.io:5000/app"), { byPath: true });
  assert.deepEqual(Object.keys(auth), ["r.io:5000"]);
  assert.equal(auth["r.io:5000"]?.username, "");
  assert.equal(auth["r.io:5000"]?.password.reveal(), "");
  assert.deepEqual([cacheKeyType, expiresAt], ["Image", "do-not-cache"]);
});
