import type { Me } from "@/components/member-page/member-page-data";
import type { OwnNews } from "@/services/leaderboard/news";

/** The reader's card after their own news; as it was where it is newer. What rewards have become of is asked for. */
export function withNews(me: Me, news: OwnNews): Me {
  const { card } = me;
  if (news.version <= card.version) return me;
  const { progress, rank, weekXp, streak, version } = news;
  const isNew = card.rank === null && rank !== null;
  const isGone = card.rank !== null && rank === null;
  return {
    ...me,
    card: {
      ...card,
      progress,
      rank,
      weekXp,
      streak,
      version,
      members: card.members + Number(isNew) - Number(isGone),
      rankChange: rankChangeOf(card, rank),
    },
  };
}

function rankChangeOf(card: Me["card"], rank: number | null): number | null {
  if (card.rank === null || rank === null || card.rankChange === null) return null;
  return card.rankChange + card.rank - rank;
}

/** What the database has answered, unless something newer has been heard meanwhile. What an older server does not tell stays. */
export function newerMe(known: Me | undefined, answered: Me): Me {
  if (!known) return answered;
  return { ...known, ...answered, card: known.card.version > answered.card.version ? known.card : answered.card };
}
