import { startClouds } from "@imagecred/fake-clouds";
import { spawnSync, spawn, execFileSync } from "node:child_process";
import { writeFileSync, copyFileSync, appendFileSync } from "node:fs";
const run=(p,...a)=>execFileSync(p,a,{stdio:"inherit"});
run("ip","link","set","lo","up"); run("ip","addr","add","169.254.169.254/32","dev","lo");
copyFileSync("/etc/hosts","/tmp/pb/hosts"); appendFileSync("/tmp/pb/hosts","\n127.0.0.1 api.ecr.us-west-2.amazonaws.com\n127.0.0.1 sts.us-west-2.amazonaws.com\n"); run("mount","--bind","/tmp/pb/hosts","/etc/hosts");
const clouds = await startClouds({ listen: { tls: { address: "127.0.0.1", port: 443 }, "aws.imds": { address: "169.254.169.254", port: 80 } } });
clouds.latency.set(Number(process.env.LAT ?? 0));
writeFileSync("/tmp/pb/env", `for v in $(env | cut -d= -f1 | grep -E "AWS_|SSL_|NODE_|PROXY|proxy"); do unset $v; done; export PATH=/usr/bin:/bin SSL_CERT_FILE=${clouds.core.caFile} AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null\n`);
writeFileSync("/tmp/pb/req", JSON.stringify({apiVersion:"credentialprovider.kubelet.k8s.io/v1", kind:"CredentialProviderRequest", image:"123456789012.dkr.ecr.us-west-2.amazonaws.com/app"}));
const c = spawn("bash", ["-c", process.argv[2]], {stdio:"inherit"});
await new Promise(r=>c.on("close",r));
if (process.env.SHOW) { const t0 = clouds.connections[0].openedAt; for (const x of clouds.connections) console.log("conn", x.service, (x.openedAt-t0).toFixed(2), "tls", x.tlsFinishedAt && (x.tlsFinishedAt-t0).toFixed(2)); for (const x of clouds.requests) console.log(x.operation, (x.at-t0).toFixed(2), (x.finishedAt-t0).toFixed(2)); }
await clouds.close();
