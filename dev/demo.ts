import { runStack } from "@/dev/run-stack";

void runStack("start");
