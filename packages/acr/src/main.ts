import { serve } from "@imagecred/protocol";
import { acr } from "./acr.ts";

serve(acr);
