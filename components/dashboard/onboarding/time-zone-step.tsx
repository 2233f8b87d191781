"use client";

import { Combobox } from "frosted-ui";
import { Search } from "lucide-react";
import { useMemo } from "react";
import { useFormats } from "@/components/ui/locale-context";
import { useNow } from "@/components/ui/use-now";

type TimeZoneStepProps = {
  value: string;
  onChange: (timeZone: string) => void;
  /** Whether the browser has said which one it is in. */
  isGuessed: boolean;
  /** The server's clock in milliseconds, when the page was made. */
  now: number;
};

const inWords = (timeZone: string) => timeZone.replaceAll("_", " ");

/** In which time zone the community's days begin. */
export function TimeZoneStep({ value, onChange, isGuessed, now }: TimeZoneStepProps) {
  const zones = useMemo(() => zonesWith(value), [value]);
  const { time } = useFormats();
  const current = useNow(now);
  return (
    <div className="flex max-w-[26rem] flex-col gap-3">
      <label htmlFor="time-zone" className="font-medium text-(--gray-12) text-[14px]/5">
        Time zone of your community
      </label>
      <Combobox.Root
        size="3"
        items={zones}
        value={value}
        onValueChange={(chosen: string | null) => chosen !== null && onChange(chosen)}
        itemToStringLabel={inWords}
        autoHighlight
      >
        <Combobox.InputRoot showTrigger={false}>
          <Combobox.InputSlot>
            <Search size={16} strokeWidth={1.75} aria-hidden="true" />
          </Combobox.InputSlot>
          <Combobox.Input
            id="time-zone"
            aria-label="Time zone of your community"
            placeholder="Search a city or region"
            aria-describedby="time-zone-now"
          />
        </Combobox.InputRoot>
        <Combobox.Content variant="solid">
          <Combobox.Empty>No time zone has this name. Try a large city nearby.</Combobox.Empty>
          <Combobox.List>
            {(zone: string) => (
              <Combobox.Item key={zone} value={zone}>
                {inWords(zone)}
              </Combobox.Item>
            )}
          </Combobox.List>
        </Combobox.Content>
      </Combobox.Root>
      <p id="time-zone-now" className="text-(--gray-11) text-[14px]/5">
        It is {time(new Date(current), value)} there now.{isGuessed && " Taken from your browser."}
      </p>
    </div>
  );
}

/** All that the browser knows; the one that is chosen and UTC in any case. */
function zonesWith(chosen: string): string[] {
  const known = Intl.supportedValuesOf("timeZone");
  return [...new Set([...known, chosen, "UTC"])].sort();
}
