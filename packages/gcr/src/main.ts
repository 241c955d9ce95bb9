import { serve } from "@imagecred/protocol";
import { gcr } from "./gcr.ts";

serve(gcr);
