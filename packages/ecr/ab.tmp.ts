import { startClouds } from "@imagecred/fake-clouds";
import { execFileSync } from "node:child_process";
import { writeFileSync, copyFileSync, appendFileSync } from "node:fs";
import { buildLauncher, measureOnce } from "../../tools/bench/src/measure.ts";
const run=(p,...a)=>execFileSync(p,a,{stdio:"inherit"});
run("ip","link","set","lo","up"); run("ip","addr","add","169.254.169.254/32","dev","lo");
copyFileSync("/etc/hosts","/tmp/pb/hosts2"); appendFileSync("/tmp/pb/hosts2","\n127.0.0.1 api.ecr.us-west-2.amazonaws.com\n127.0.0.1 sts.us-west-2.amazonaws.com\n"); run("mount","--bind","/tmp/pb/hosts2","/etc/hosts");
const clouds = await startClouds({ listen: { tls: { address: "127.0.0.1", port: 443 }, "aws.imds": { address: "169.254.169.254", port: 80 } } });
writeFileSync("/tmp/pb/req", JSON.stringify({apiVersion:"credentialprovider.kubelet.k8s.io/v1", kind:"CredentialProviderRequest", image:"123456789012.dkr.ecr.us-west-2.amazonaws.com/app"}));
const launcher = buildLauncher();
const [xs, n = "60", lats = "0,20", id = "imds"] = process.argv.slice(2);
const extra = id === "imds" ? {} : await clouds.env("ecr", id);
const env = { ...extra, PATH: "/usr/bin:/bin", SSL_CERT_FILE: clouds.core.caFile, ...(id.startsWith("profile") ? {} : { AWS_CONFIG_FILE: "/dev/null", AWS_SHARED_CREDENTIALS_FILE: "/dev/null" }) };
delete env.HTTPS_PROXY;
const med = (l) => l.sort((a,b)=>a-b)[l.length>>1];
for (const lat of lats.split(",")) { clouds.latency.set(Number(lat));
  const costs = new Map(xs.split(",").map(x=>[x,[]]));
  for (let i=-3;i<Number(n);i++) { for (const [path,l] of costs) { const c = await measureOnce(launcher,{path,args:[],env,stdinFile:"/tmp/pb/req"}); if(i>=0) l.push(c);} clouds.core.log.clear(); }
  console.log("latency", lat); for (const [p,l] of costs) { const w=l.map(c=>c.wallUs/1000), c=l.map(c=>c.cpuUs/1000); console.log(p.padEnd(50), "wall", med(w).toFixed(2), "min", w[0].toFixed(2), "p25", w[w.length>>2].toFixed(2), "cpu", med(c).toFixed(2), "min", c[0].toFixed(2), "mem", (med(l.map(c=>c.peakKib))/1024).toFixed(1)); } }
await clouds.close();
