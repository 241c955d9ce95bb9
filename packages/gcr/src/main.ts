import { serve } from "@imagecred/protocol";
import { gcr } from "./provider.ts";

serve(gcr);
