import { serve } from "@imagecred/protocol";
import { ecr } from "./provider.ts";

serve(ecr);
