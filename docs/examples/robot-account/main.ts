import { serve } from "@imagecred/protocol";
import { plugin } from "./plugin.ts";

serve(plugin);
