import type { ReactNode } from "react";

type Part = { id: string; title: string; body: ReactNode };

type DocumentProps = {
  title: string;
  /** The whole of it in a sentence or two. */
  summary: string;
  /** YYYY-MM-DD. */
  changedOn: string;
  parts: readonly Part[];
};

const TEXT =
  "mt-2 text-(--gray-12) text-[16px]/6 [&_*+p]:mt-3 [&_*+ul]:mt-3 [&_a]:underline [&_a]:underline-offset-2 [&_li+li]:mt-1.5 [&_ul]:list-disc [&_ul]:pl-5";

/** A text to read through, with its contents beside it. */
export function Document({ title, summary, changedOn, parts }: DocumentProps) {
  return (
    <main className="grid gap-x-16 gap-y-8 pt-4 pb-16 md:grid-cols-[minmax(0,1fr)_220px]">
      <div className="md:col-start-1">
        <h1 className="font-semibold text-(--gray-12) text-[32px]/10 tracking-tight">{title}</h1>
        <p className="mt-3 max-w-[42rem] text-(--gray-11) text-[16px]/6">{summary}</p>
        <p className="mt-3 text-(--gray-11) text-[12px]/4">
          Last changed on <time dateTime={changedOn}>{inWords(changedOn)}</time>
        </p>
      </div>
      <nav
        aria-label="Contents"
        className="md:sticky md:top-6 md:col-start-2 md:row-span-2 md:row-start-1 md:self-start"
      >
        <ol className="border-(--gray-a4) md:border-l md:pl-4">
          {parts.map((part) => (
            <li key={part.id}>
              <a
                href={`#${part.id}`}
                className="flex min-h-8 items-center rounded py-1 text-(--gray-11) text-[14px]/5 underline-offset-2 hover:text-(--gray-12) hover:underline max-md:min-h-10 max-md:underline"
              >
                {part.title}
              </a>
            </li>
          ))}
        </ol>
      </nav>
      <div className="flex max-w-[42rem] flex-col gap-8 md:col-start-1">
        {parts.map((part) => (
          <section key={part.id} id={part.id} className="scroll-mt-4">
            <h2 className="font-semibold text-(--gray-12) text-[20px]/7">{part.title}</h2>
            <div className={TEXT}>{part.body}</div>
          </section>
        ))}
      </div>
    </main>
  );
}

/** The text is English, and so is its date. */
function inWords(day: string): string {
  return new Date(day).toLocaleDateString("en-GB", { timeZone: "UTC", day: "numeric", month: "long", year: "numeric" });
}
