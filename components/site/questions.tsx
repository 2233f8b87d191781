import { ChevronDown } from "lucide-react";
import { Section } from "@/components/site/section";

const QUESTIONS = [
  {
    question: "Do you store what our members write?",
    answer:
      "No. WEE5 keeps how long a text was and a keyed hash of it, to notice the same text twice. Direct messages and support chats never count.",
  },
  {
    question: "What counts today?",
    answer:
      "Messages and reactions in your chats, posts, comments and likes in your forums. Lessons, daily visits and days in a row pay once you switch them on. What is deleted stops counting.",
  },
  {
    question: "Do members need an account?",
    answer: "No. They open WEE5 among your community's apps, and Whop says who they are.",
  },
  {
    question: "Can a member stay off the board?",
    answer:
      "Yes. Each member chooses between their name, no name, and not standing on the board at all. XP and levels go on in each case.",
  },
  {
    question: "What if Whop or WEE5 is away for a while?",
    answer:
      "Whop keeps what it could not deliver and sends it again, and WEE5 reads once more what it has missed. It then counts at the time it happened, as if nothing had been away.",
  },
];

/** Answers open without scripts. */
export function Questions() {
  return (
    <Section title="Questions creators ask">
      <div className="max-w-[44rem] border-(--gray-a4) border-t">
        {QUESTIONS.map(({ question, answer }) => (
          <details key={question} className="group border-(--gray-a4) border-b">
            <summary className="flex min-h-14 cursor-pointer list-none items-center justify-between gap-4 rounded font-medium text-(--gray-12) text-[16px]/6 [&::-webkit-details-marker]:hidden">
              {question}
              <ChevronDown
                size={18}
                strokeWidth={1.75}
                aria-hidden="true"
                className="shrink-0 text-(--gray-11) group-open:rotate-180"
              />
            </summary>
            <p className="pb-4 text-(--gray-11) text-[14px]/5 md:pr-10">{answer}</p>
          </details>
        ))}
      </div>
    </Section>
  );
}
