import { bearerOf, Core, json } from "@imagecred/fake-clouds/core";

/** Host of the registry in the examples for plugin authors; also the audience that it accepts. */
export const REGISTRY = "registry.example.com";

/** The robot account that the registry knows. */
export const ROBOT = { name: "robot$pull", secret: "s3cr3t-that-stays-on-the-node" };

/**
 * The registry of docs/writing-a-plugin.md, over TLS: it trusts the service account tokens of the cluster, and exchanges the secret of
 * one robot account.
 */
export async function startExampleRegistry(): Promise<Core> {
  const core = await Core.start({});
  core.secrets.register("example.robot", ROBOT.secret);
  await core.addTls({
    name: "example.registry",
    about: "a registry that exchanges service account tokens and robot accounts",
    example: REGISTRY,
    hosts: (host) => host === REGISTRY,
    operation: ({ path }) => (path === "/api/robot-token" ? "RobotToken" : "TokenExchange"),
    handle: async (request) => {
      const authorization = request.headers["authorization"] ?? "";
      const token = () => core.secrets.issue("example.token", 40);
      if (request.path === "/api/robot-token") {
        const basic = `Basic ${Buffer.from(`${ROBOT.name}:${ROBOT.secret}`).toString("base64")}`;
        if (authorization !== basic) return json(401, { error: "unknown robot account" });
        return json(200, { token: token(), expires_at: new Date(core.clock() + 600_000).toISOString() });
      }
      const claims = await core.cluster
        .verify(bearerOf(authorization) ?? "", [REGISTRY])
        .catch(() => undefined);
      if (claims === undefined || !("sub" in claims)) return json(401, { error: "unknown pod" });
      return json(200, { username: claims.sub, token: token(), expires_in: 600 });
    },
  });
  return core;
}
