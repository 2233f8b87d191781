import { Section } from "@/components/site/section";

const STEPS = [
  {
    title: "Somebody writes",
    text: "Whop tells WEE5 in a signed message. The text itself is never stored, only how long it was and a keyed hash of it.",
  },
  {
    title: "The rules decide, once",
    text: "XP, level and receipt are written in one step. If Whop tells it twice, late or in another order, the result is the same, to the last XP.",
  },
  {
    title: "Everybody sees it",
    text: "The member's card fills and the board moves for all who look, on the phone and on the desktop, inside Whop.",
  },
];

export function HowItWorks() {
  return (
    <Section id="how-it-works" title="From a message to a level">
      <ol className="grid gap-6 md:grid-cols-3 md:gap-8">
        {STEPS.map(({ title, text }, index) => (
          <li key={title} className="flex gap-4 md:flex-col md:gap-3">
            <Strokes count={index + 1} />
            <div>
              <h3 className="font-semibold text-(--gray-12) text-[16px]/6">{title}</h3>
              <p className="mt-1 text-(--gray-11) text-[14px]/5">{text}</p>
            </div>
          </li>
        ))}
      </ol>
      <p className="mt-6 text-(--gray-11) text-[14px]/5">
        Levels can pay free days or a promo code. You choose which, and WEE5 sends them through Whop by itself: each
        once, also when Whop is away for a while.
      </p>
    </Section>
  );
}

/** The step's number as strokes of a tally. */
function Strokes({ count }: { count: number }) {
  return (
    <span aria-hidden="true" className="mt-0.5 flex h-5 w-7 shrink-0 gap-[5px]">
      {Array.from({ length: count }, (_, index) => index).map((stroke) => (
        <span key={stroke} className="h-full w-[3px] rounded-[1px] bg-(--gray-12)" />
      ))}
    </span>
  );
}
