import { serve } from "@imagecred/protocol";
import { acr } from "./provider.ts";

serve(acr);
