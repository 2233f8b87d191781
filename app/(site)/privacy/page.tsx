import type { Metadata } from "next";
import { Document } from "@/components/site/document";
import { installUrl } from "@/components/site/install";
import { OperatorContact } from "@/components/site/operator-contact";
import { getDeps } from "@/lib/deps";
import { KEPT_DATA } from "@/services/members/kept-data";
import { RETENTION_DAYS } from "@/services/xp/close-months";

export const metadata: Metadata = {
  title: "Privacy",
  description: "What WEE5 stores about members, what it never stores, for how long, and how to get or delete it.",
  alternates: { canonical: "/privacy" },
};

export default function PrivacyPage() {
  const { operator, supabase, sentryDsn, redis, onVercel, whopAppId } = getDeps().env;
  const operatorName = operator.name ?? "the operator of this installation";
  const processors = [
    { name: "Whop", does: "shows WEE5, says who you are, and tells what happens in the community" },
    ...(onVercel ? [{ name: "Vercel", does: "runs the app" }] : []),
    ...(supabase ? [{ name: "Supabase", does: "holds the database and carries live updates to open pages" }] : []),
    ...(redis.kind === "upstash"
      ? [{ name: "Upstash", does: "holds copies of ranks and cooldowns, and counts requests, so that it is fast" }]
      : []),
    ...(sentryDsn
      ? [
          {
            name: "Sentry",
            does: "is told of errors of the app, without what people have sent and without who they are",
          },
        ]
      : []),
  ];
  return (
    <Document
      title="Privacy"
      summary="WEE5 stores that you did something and when, never what you wrote. You can see, download and delete all of it on your community's page."
      changedOn="2026-11-21"
      parts={[
        {
          id: "who",
          title: "Who is responsible",
          body: (
            <p>
              The creator of your community decides that WEE5 counts there; {operatorName} runs WEE5 for them. Whop runs
              the community itself and has its own privacy policy.
            </p>
          ),
        },
        {
          id: "stored",
          title: "What is stored",
          body: (
            <>
              <p>For each community that you are in, apart from every other:</p>
              <ul>
                <li>your Whop user id, and your name, username and the address of your picture as Whop gives them</li>
                <li>
                  your activities: that you wrote, reacted, posted, finished a lesson or opened WEE5's page that day,
                  when, in which channel, whose message you reacted to, Whop's id of it, and what it paid with the
                  reason
                </li>
                <li>
                  of a text only its length and a keyed hash: enough to notice the same text twice, not to read it
                </li>
                <li>
                  what follows from these: XP, level, streak, sums per day, week and month, rank, rewards and where each
                  stands
                </li>
                <li>
                  when your memberships there began and ended, and whether you were on the team: what becomes of your XP
                  when you leave depends on it
                </li>
                <li>
                  with a reward: the promo code, or the number of the membership that got free days and when it ended
                  before and after
                </li>
                <li>
                  what WEE5 has written to you or about you in a chat, for a month; of a command only which one it was,
                  and where
                </li>
                <li>your choice who sees you and whether you get messages, and with that your time zone</li>
                <li>
                  a record of what admins and moderators did, with who and when; it cannot be changed by anybody.
                  Creators' settings are kept with who made them
                </li>
              </ul>
            </>
          ),
        },
        {
          id: "not-stored",
          title: "What is never stored",
          body: (
            <>
              <p>
                The content of messages, posts and comments. It is read when Whop shows it, to count its length and make
                the hash, and then it is gone. Direct messages and support chats never count. Neither e-mail addresses
                nor payment data come to WEE5.
              </p>
              <p>
                There are no advertisements, no trackers and no cookies of WEE5's own. Whop's cookie for light or dark
                is read to show the page in your theme. The address of your connection is used to limit abuse, for some
                minutes, and is in the logs of requests that were refused.
              </p>
            </>
          ),
        },
        {
          id: "who-sees",
          title: "Who sees you",
          body: (
            <>
              <p>
                Members of the same community see each other's name, picture, level, rank and counts. You choose how you
                stand there:
              </p>
              <ul>
                <li>Public: with name and picture.</li>
                <li>
                  Anonymous: you keep your rank; others see neither name nor picture, and an id that does not lead to
                  you.
                </li>
                <li>Hidden: you stand on no board and hold no rank.</li>
              </ul>
              <p>
                XP and rewards go on with each of them. Creators and moderators see all members. Your receipts are yours
                alone. A creator can make the board readable from outside; it is not by default. The picture of your
                rank card can be opened by whoever has its link, for 30 days at most; when you stop being public, the
                link stops working.
              </p>
            </>
          ),
        },
        {
          id: "how-long",
          title: "For how long",
          body: (
            <p>
              Single activities are kept for {RETENTION_DAYS} days and until the month they are in has passed that.
              After that only their sums remain: XP, level, counters, days, weeks and months. What is stored about you
              otherwise stays while the community uses WEE5, or until you delete it.
            </p>
          ),
        },
        {
          id: "your-data",
          title: "Download and delete",
          body: (
            <>
              <p>
                On your community's page, under Your settings and data, you can download all of it as one file, or
                delete it. Deleting takes effect at once, for that community. You begin again with 0 XP if you go on
                writing there. Kept are:
              </p>
              <ul>
                {KEPT_DATA.map(({ what, why }) => (
                  <li key={what}>
                    {what}. {why}
                  </li>
                ))}
              </ul>
              <p>
                If you are no longer a member, or want something put right or restricted, use the contact below. You may
                also complain to the authority for data protection where you live.
              </p>
            </>
          ),
        },
        {
          id: "processors",
          title: "Who works on our behalf",
          body: (
            <>
              <p>This installation uses:</p>
              <ul>
                {processors.map(({ name, does }) => (
                  <li key={name}>
                    {name}, which {does}
                  </li>
                ))}
              </ul>
              <p>
                Data are not sold, nor given to anybody else unless the law demands it. Pictures of members are loaded
                from where Whop keeps them.
              </p>
            </>
          ),
        },
        {
          id: "safety",
          title: "How it is protected",
          body: (
            <p>
              Connections are encrypted. Each community's data are kept apart by the database itself, not only by the
              app. Who you are is checked with Whop's signature on every request, and roles are never older than a
              minute. A token for live updates lasts five minutes.
            </p>
          ),
        },
        {
          id: "contact",
          title: "Contact",
          body: <OperatorContact supportEmail={operator.supportEmail} installUrl={installUrl(whopAppId)} />,
        },
      ]}
    />
  );
}
