"use client";

import { useState } from "react";
import { RankCard } from "@/components/card/rank-card";
import { BoardPanel } from "@/components/leaderboard/board-panel";
import { createChangeLog } from "@/components/leaderboard/change-log";
import { LiveLine } from "@/components/member-page/live-line";
import type { MemberPageData } from "@/components/member-page/member-page-data";
import { MemberTabs, TabPanel } from "@/components/member-page/member-tabs";
import { PrivacyDoor } from "@/components/member-page/privacy-door";
import { ProfileDoor } from "@/components/member-page/profile-door";
import { useDeliveries } from "@/components/member-page/use-deliveries";
import { useHistory } from "@/components/member-page/use-history";
import { useLevelUps } from "@/components/member-page/use-level-ups";
import { useMe } from "@/components/member-page/use-me";
import { useNews } from "@/components/member-page/use-news";
import { useShare } from "@/components/member-page/use-share";
import { useTab } from "@/components/member-page/use-tab";
import { RewardLadder } from "@/components/rewards/reward-ladder";
import { BoostBanner } from "@/components/xp/boost-banner";
import { HistoryList } from "@/components/xp/history-list";
import { HowToEarn } from "@/components/xp/how-to-earn";
import type { BoardRow } from "@/services/leaderboard/show-standing";

const POLL_MS = 15_000;

/** What a member sees: their card, the board, their rewards and their history, as they are at this moment. */
export function MemberPage({ data }: { data: MemberPageData }) {
  const { experienceId, viewer, timeZone, rankNames, now, chat } = data;
  const [log] = useState(() => createChangeLog(viewer));
  const { live, gained } = useNews(data, log);
  const pollMs = live === "away" ? POLL_MS : false;
  const me = useMe(data, pollMs);
  const { history, showMore, isLoadingMore, hasFailed } = useHistory(data, pollMs);
  useLevelUps(me);
  const share = useShare(experienceId);
  const [tab, setTab] = useTab();
  useDeliveries(me.ladder, () => setTab("rewards"));
  const [opened, setOpened] = useState<BoardRow | null>(null);

  const { card, ladder, rates } = me;
  const boosts = { boosts: me.boosts, timeZone, startedAt: now };
  const isFirstVisit = card.progress.xp === 0 && data.board.total === 0;
  const messageRate = rates.rates.find(({ action }) => action === "message");

  return (
    <>
      <LiveLine isAway={live === "away"} />
      <BoostBanner {...boosts} />
      <main className="member-page">
        <h1 className="sr-only">Your level in {data.title}</h1>
        <div className="member-side">
          <section aria-label="Your card">
            <RankCard card={card} ladder={ladder} gained={gained} messageRate={messageRate} onShare={share} />
          </section>
          <MemberTabs tab={tab} onChange={setTab} />
          <TabPanel tab="rewards" open={tab}>
            <div className="flex flex-col gap-8 md:gap-6">
              <section aria-labelledby="rewards-title" className="member-box">
                <h2 id="rewards-title" className="member-panel-title max-md:sr-only">
                  Rewards
                </h2>
                <RewardLadder
                  ladder={ladder}
                  progress={card.progress}
                  rankNames={rankNames}
                  xpPerDay={card.xpPerDay}
                  streak={card.streak}
                  timeZone={timeZone}
                  now={now}
                />
              </section>
              <section aria-labelledby="earn-title" className="member-box">
                <h2 id="earn-title" className="member-panel-title max-md:sr-only">
                  How to earn here
                </h2>
                <HowToEarn rates={rates} boosts={boosts} hasHeading />
              </section>
            </div>
          </TabPanel>
          <div className="max-md:hidden">
            <PrivacyDoor experienceId={experienceId} visibility={card.visibility} />
          </div>
        </div>
        <div className="member-main">
          <TabPanel tab="board" open={tab}>
            <BoardPanel
              source={{ experienceId, viewer, timeZone, first: data.board, log, pollMs }}
              viewer={viewer}
              rankNames={rankNames}
              chat={chat}
              onOpen={setOpened}
            />
            {isFirstVisit && (
              <div className="md:hidden">
                <HowToEarn rates={rates} boosts={boosts} />
              </div>
            )}
          </TabPanel>
          <TabPanel tab="history" open={tab}>
            <section aria-labelledby="history-title">
              <h2 id="history-title" className="member-panel-title max-md:sr-only">
                History
              </h2>
              <HistoryList
                history={history}
                rungs={ladder.rungs}
                now={now}
                onMore={showMore}
                isLoadingMore={isLoadingMore}
                hasFailed={hasFailed}
                onRetry={showMore}
                headingLevel={3}
              />
            </section>
          </TabPanel>
        </div>
        <footer className="member-foot md:hidden">
          <PrivacyDoor experienceId={experienceId} visibility={card.visibility} />
        </footer>
      </main>
      <ProfileDoor
        experienceId={experienceId}
        timeZone={timeZone}
        row={opened}
        hasStreaks={card.streak !== null}
        onClose={() => setOpened(null)}
      />
    </>
  );
}
