"use client";

import { createContext, type ReactNode, useContext } from "react";
import { type Formats, formatsOf } from "@/components/ui/formats";

const LocaleContext = createContext("en");

/** @param locale the reader's, as the server has read it: server and browser then write the same numbers. */
export function LocaleProvider({ locale, children }: { locale: string; children: ReactNode }) {
  return <LocaleContext value={locale}>{children}</LocaleContext>;
}

export function useFormats(): Formats {
  return formatsOf(useContext(LocaleContext));
}

/** For what formats by itself: left alone, it would write in the server's language there and in the browser's here. */
export function useLocale(): string {
  return useContext(LocaleContext);
}
