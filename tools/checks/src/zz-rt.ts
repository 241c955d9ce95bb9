import { cargo } from "@imagecred/executables";
import { ownPlatform } from "@imagecred/workspace";
cargo([process.argv[2]!], ownPlatform(), "fast", process.argv.slice(3));
