import type { ReactNode } from "react";
import { Providers } from "@/components/providers";
import "./member-page.css";

export default function ExperiencesLayout({ children }: { children: ReactNode }) {
  return <Providers>{children}</Providers>;
}
