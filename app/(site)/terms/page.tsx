import type { Metadata } from "next";
import { Document } from "@/components/site/document";
import { installUrl } from "@/components/site/install";
import { OperatorContact } from "@/components/site/operator-contact";
import { getDeps } from "@/lib/deps";

export const metadata: Metadata = {
  title: "Terms",
  description: "What members and creators can expect of WEE5, and what WEE5 expects of them.",
  alternates: { canonical: "/terms" },
};

export default function TermsPage() {
  const { operator, pricesUsd, whopAppId } = getDeps().env;
  const operatorName = operator.name ?? "the operator of this installation";
  return (
    <Document
      title="Terms"
      summary="WEE5 counts what members do in a Whop community and shows levels, a board and rewards for it. These terms say what you can expect, and what is expected of you."
      changedOn="2026-11-21"
      parts={[
        {
          id: "who",
          title: "Who this is between",
          body: (
            <>
              <p>
                Between you, as a member, creator or moderator of a Whop community that uses WEE5, and {operatorName}
                {operator.name ? ", who runs it" : ""}. WEE5 is an app on Whop and not a part of Whop. Whop's own terms
                hold beside these.
              </p>
              <p>
                By using WEE5 in a community you accept these terms. If you do not, do not open it, and ask the creator
                to leave you out.
              </p>
            </>
          ),
        },
        {
          id: "xp",
          title: "XP, levels and the board",
          body: (
            <>
              <p>
                XP are points. They are not money, cannot be bought, sold, exchanged for money or moved to another
                account or community.
              </p>
              <p>
                Each activity is counted once, under the rules that held in the community when it happened, and has a
                receipt that says what it paid and why. An activity that arrives late, is repeated or is taken back
                changes the numbers to what they would have been. A creator may change the rules from a time on, exclude
                channels or members, or pause all of it.
              </p>
            </>
          ),
        },
        {
          id: "rewards",
          title: "Rewards",
          body: (
            <>
              <p>
                What a level pays is the choice of the community's creator and is given by them: free days of their
                membership or codes for their products. WEE5 shows it and keeps account of what is due.
              </p>
              <p>
                Until the creator has confirmed the rewards, none is due to be sent, and sending through Whop comes with
                a later release. Each reward is earned once per member. It can be cancelled while it has not been sent,
                when the activity that earned it is taken back. What was received stays received.
              </p>
            </>
          ),
        },
        {
          id: "fair-play",
          title: "Fair play",
          body: (
            <>
              <p>
                Do not flood channels, run scripts that write in your place, or use several accounts to earn XP. Such XP
                can be taken back and an account left out of the board by the community's moderators. What you write
                must follow the rules of Whop and of the community; WEE5 adds none about it.
              </p>
              <p>Do not try to read other people's data, to get round limits, or to overload WEE5.</p>
            </>
          ),
        },
        {
          id: "creators",
          title: "For creators",
          body: (
            <>
              <p>
                You decide that WEE5 counts in your community. You answer for telling your members, for the rewards you
                promise, and for what your moderators do with it. Installing gives WEE5 the permissions that Whop shows
                you, no others.
              </p>
              <p>
                Free costs nothing, for any size of community. Premium ({usd(pricesUsd.premium)} a month) and Enterprise
                ({usd(pricesUsd.enterprise)} a month) are announced and not sold yet. When they are, payment goes
                through Whop and is shown before you buy. You can remove the app on Whop at any time; counting ends with
                that.
              </p>
            </>
          ),
        },
        {
          id: "liability",
          title: "What is promised, and what is not",
          body: (
            <>
              <p>
                An event of Whop that WEE5 has acknowledged is not lost. Beyond that WEE5 is provided as it is: there is
                no promise that it can always be reached, and what Whop does not tell WEE5 cannot be counted.
              </p>
              <p>
                As far as the law allows, {operatorName} is not liable for what you lose because XP, a level, a place on
                the board or a reward was late, wrong or not there. Nothing here limits what the law does not let
                anybody limit.
              </p>
            </>
          ),
        },
        {
          id: "changes",
          title: "Changes and the end",
          body: (
            <p>
              These terms may change; the date above then changes too, and what you did before is judged by the terms of
              then. You can stop using WEE5 at any time and delete your data on the page of your community. An
              installation may be shut down; members can download their data until then.
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

/** The text is English, and so are its prices. */
function usd(price: number): string {
  return `${price} US dollars`;
}
