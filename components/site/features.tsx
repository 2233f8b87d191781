import type { ReactNode } from "react";
import { Comb } from "@/components/site/comb";
import { sampleProgress } from "@/components/site/sample";
import { Soon } from "@/components/site/soon";
import { FiveBar } from "@/components/ui/five-bar";

/** Level 13, and three quarters of it done. */
const LEVEL_13_XP = 7_335;

export function Features() {
  return (
    <section aria-label="What is different" className="grid border-(--gray-a4) border-y md:grid-cols-3">
      <Feature picture={<FiveBar progress={sampleProgress(LEVEL_13_XP)} rungs={[]} />} title="Five levels at a time">
        Every fifth level is a gate: a new rank name, and a reward if you set one.
      </Feature>
      <Feature picture={<Receipts />} title="A receipt for everything">
        Paid or not, each activity says why. No guessing, no tickets.
      </Feature>
      <Feature picture={<Comb />} title="Fair when someone cheats">
        A cooldown makes floods worthless as they happen, and nothing counts twice. <Soon />: unusual XP waits for your
        decision, and taking it back puts everyone where they would have been.
      </Feature>
    </section>
  );
}

/** The picture only repeats the words. */
function Feature({ picture, title, children }: { picture: ReactNode; title: string; children: ReactNode }) {
  return (
    <div className="border-(--gray-a4) py-7 not-first:border-t md:py-10 md:not-first:border-t-0 md:not-first:border-l md:not-first:pl-6 md:not-last:pr-6">
      <div aria-hidden="true" className="flex h-[52px] flex-col justify-center">
        {picture}
      </div>
      <h2 className="mt-5 font-semibold text-(--gray-12) text-[16px]/6">{title}</h2>
      <p className="mt-1 text-(--gray-11) text-[14px]/5">{children}</p>
    </div>
  );
}

function Receipts() {
  return (
    <dl className="text-[14px]/5">
      <div className="flex justify-between border-(--gray-a4) border-b pb-1.5 text-(--gray-12)">
        <dt>Message in General</dt>
        <dd className="font-semibold">+20</dd>
      </div>
      <div className="flex justify-between pt-1.5 text-(--gray-11)">
        <dt>Still cooling down, 23 s left</dt>
        <dd>0</dd>
      </div>
    </dl>
  );
}
