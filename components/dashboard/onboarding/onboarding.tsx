"use client";

import { Button } from "frosted-ui";
import { useRouter } from "next/navigation";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { CountPast } from "@/components/dashboard/onboarding/count-past";
import { MemberPreview, type MemberPreviewProps } from "@/components/dashboard/onboarding/member-preview";
import { RewardsStep } from "@/components/dashboard/onboarding/rewards-step";
import { SendFailure } from "@/components/dashboard/onboarding/send-failure";
import { StepList } from "@/components/dashboard/onboarding/step-list";
import { TimeZoneStep } from "@/components/dashboard/onboarding/time-zone-step";
import { useChoice } from "@/components/dashboard/onboarding/use-choice";
import { ApiFailure, callApi } from "@/components/http/call-api";
import type { Onboarding as OnboardingState } from "@/services/communities/onboarding";

type OnboardingProps = Omit<MemberPreviewProps, "rules"> & {
  /** As in the address. */
  companyId: string;
  onboarding: OnboardingState;
  /** Of each rule, how many members have reached it and wait. */
  due: Readonly<Record<string, number>>;
  /** The server's clock in milliseconds. */
  now: number;
};

const STEPS = [
  { name: "Time zone", title: "When does your day begin?" },
  { name: "Rewards", title: "What do levels and streaks pay?" },
  { name: "Members", title: "What members will see" },
] as const;
const LAST = STEPS.length - 1;

/** Time zone, rewards and a look at the result, in three steps; sent together at the end. */
export function Onboarding({ companyId, onboarding, due, now, ...preview }: OnboardingProps) {
  const router = useRouter();
  const choice = useChoice(onboarding);
  const [isSending, setSending] = useState(false);
  const [failure, setFailure] = useState<ApiFailure | null>(null);
  const { step, timeZone, rules } = choice;
  const isFirst = onboarding.rewardsConfirmedAt === null;
  const heading = useFocusOnChange(step);

  function go(to: number) {
    setFailure(null);
    choice.go(to);
  }

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (step < LAST) return go(step + 1);
    setSending(true);
    setFailure(null);
    try {
      await callApi("/api/onboarding", {
        method: "POST",
        json: {
          experienceId: companyId,
          timeZone,
          rules: Object.fromEntries(rules.map(({ ruleId, active }) => [ruleId, active])),
          seen: onboarding.rewardsConfirmedAt,
          ...(isFirst && choice.countPast && { countPast: true }),
        },
      });
      choice.forget();
      router.replace(`/dashboard/${companyId}?confirmed=1`);
      router.refresh();
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      setFailure(error);
      setSending(false);
    }
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-5">
      <StepList names={STEPS.map(({ name }) => name)} current={step} onGo={go} />
      <section className="flex flex-col gap-5">
        <div className="flex flex-col gap-1">
          <h2 ref={heading} tabIndex={-1} className="font-semibold text-(--gray-12) text-[16px]/6 outline-none">
            <span className="sr-only">
              Step {step + 1} of {STEPS.length}:{" "}
            </span>
            {STEPS[step]?.title}
          </h2>
          <p className="text-(--gray-11) text-[14px]/5">{leadOf(step, isFirst)}</p>
        </div>
        {step === 0 && (
          <TimeZoneStep value={timeZone} onChange={choice.setTimeZone} isGuessed={choice.isGuessed} now={now} />
        )}
        {step === 1 && <RewardsStep rules={rules} due={due} isFirst={isFirst} onSwitch={choice.switchRule} />}
        {step === LAST && <MemberPreview rules={rules} {...preview} />}
        {step === LAST && isFirst && <CountPast checked={choice.countPast} onChange={choice.setCountPast} />}
        {failure && <SendFailure failure={failure} />}
        <div className="flex gap-3 border-(--gray-a4) border-t pt-5">
          {step > 0 && (
            <Button
              type="button"
              size="3"
              variant="soft"
              color="gray"
              highContrast
              disabled={isSending}
              onClick={() => go(step - 1)}
            >
              Back
            </Button>
          )}
          <Button
            type="submit"
            size="3"
            variant="solid"
            color="gray"
            highContrast
            loading={isSending}
            className="ml-auto"
          >
            {nextLabel(step, isFirst)}
          </Button>
        </div>
      </section>
    </form>
  );
}

function leadOf(step: number, isFirst: boolean): string {
  if (step === 0) {
    return isFirst
      ? "Days, weeks and months on the leaderboard begin at midnight there."
      : "A new time zone counts from the moment you confirm. Days that have passed stay as they are.";
  }
  if (step === 1) return "Members get these by themselves, each once. Switch off what you do not want to give.";
  return isFirst ? "A look at it before anything is sent." : "A look at it before your changes count.";
}

function nextLabel(step: number, isFirst: boolean): string {
  if (step < LAST) return "Next";
  return isFirst ? "Confirm and start" : "Confirm changes";
}

/** Who reads with a screen reader or goes by keyboard is taken along to each new step; not when the page opens. */
function useFocusOnChange(step: number) {
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = useRef(step);
  useEffect(() => {
    if (shown.current === step) return;
    shown.current = step;
    heading.current?.focus();
  }, [step]);
  return heading;
}
