import { SampleCard } from "@/components/site/sample-card";
import { ButtonLink } from "@/components/ui/button-link";
import { WhopLink } from "@/components/ui/whop-link";

export function Hero({ installUrl }: { installUrl: string }) {
  return (
    <section className="grid items-center gap-10 py-6 md:grid-cols-[minmax(0,1fr)_388px] md:gap-16 md:pt-8 md:pb-12">
      <div>
        <h1 className="font-semibold text-(--gray-12) text-[44px]/[46px] tracking-[-0.03em] md:text-[68px]/[70px]">
          Every message counts. Once.
        </h1>
        <p className="mt-5 max-w-[33rem] text-(--gray-11) text-[18px]/7 md:mt-6 md:text-[20px]/[30px]">
          Levels, a live board and a reward ladder for your Whop community. Members earn XP for what they do, and each
          award has a receipt they can read.
        </p>
        <div className="mt-7 flex flex-wrap gap-3">
          <WhopLink href={installUrl} size="4">
            Install on Whop
          </WhopLink>
          <ButtonLink href="#board" variant="soft" size="4">
            See a board
          </ButtonLink>
        </div>
        <p className="mt-5 text-(--gray-11) text-[14px]/5">Free for any size of community.</p>
      </div>
      <SampleCard />
    </section>
  );
}
