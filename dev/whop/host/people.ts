import type { World } from "../world";
import type { FrameTarget, Standing } from "./target";

/** XP below which a member counts as about to level up. */
const CLOSE_TO_NEXT_LEVEL_XP = 60;
const MEMBERS_WITHOUT_A_CAST = 3;

export interface Person {
  id: string;
  name: string;
  picture: string | null;
  /** "Owner", "Member, level 8", "No longer a member". */
  standing: string;
  onTeam: boolean;
  /** May write and react. */
  hasAccess: boolean;
}

/** Whom the page offers to be, with `chosenId` among them. */
export async function peopleOf(
  world: World,
  target: FrameTarget,
  companyId: string,
  chosenId: string,
): Promise<Person[]> {
  const cast = target.cast?.(companyId) ?? castOf(world, companyId);
  const ids = [...new Set([...cast, chosenId])].filter((id) => world.user(id) !== undefined);
  const standings = (await target.insight?.standings(companyId, ids)) ?? new Map<string, Standing>();
  return ids.map((id) => {
    const user = world.user(id);
    const hasAccess = world.accessLevel(id, companyId) !== "no_access";
    const role = world.team(companyId).find((one) => one.userId === id)?.role;
    return {
      id,
      name: user?.name ?? user?.username ?? id,
      picture: user?.hasPicture ? `/avatars/${id}.png` : null,
      standing: role ? roleWord(role) : hasAccess ? memberWords(standings.get(id), target) : "No longer a member",
      onTeam: role !== undefined,
      hasAccess,
    };
  });
}

function castOf(world: World, companyId: string): string[] {
  const members = world.membersOf(companyId).slice(0, MEMBERS_WITHOUT_A_CAST);
  return [...world.team(companyId), ...members].map(({ userId }) => userId);
}

function roleWord(role: string): string {
  const words = role.replaceAll("_", " ");
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

function memberWords(standing: Standing | undefined, { insight }: FrameTarget): string {
  if (!insight) return "Member";
  if (!standing || standing.xp <= 0) return "New here, no XP yet";
  const { level, xpToNextLevel } = standing;
  if (xpToNextLevel <= CLOSE_TO_NEXT_LEVEL_XP) return `Level ${level}, ${xpToNextLevel} XP to go`;
  return `Member, level ${level}`;
}
