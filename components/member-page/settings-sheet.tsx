"use client";

import type { ComponentProps } from "react";
import { usePreferences } from "@/components/member-page/use-preferences";
import { PrivacySheet } from "@/components/members/privacy-sheet";

type SettingsSheetProps = Omit<ComponentProps<typeof PrivacySheet>, "messages"> & { experienceId: string };

/** The reader's settings; what is asked for only here comes with it. */
export function SettingsSheet({ experienceId, ...props }: SettingsSheetProps) {
  return <PrivacySheet {...props} messages={usePreferences(experienceId, props.isOpen)} />;
}
