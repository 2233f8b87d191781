import { type SimulatorOptions, startWhopSimulator, type WhopSimulator } from "@/dev/whop/simulator";

/** A simulated Whop for the tests of one file: started before them, stopped after. */
export function aWhop(options: SimulatorOptions = {}): () => WhopSimulator {
  let simulator: WhopSimulator | undefined;
  beforeAll(async () => {
    simulator = await startWhopSimulator(options);
  });
  afterEach(() => simulator?.faults.clear());
  afterAll(() => simulator?.stop());
  return () => {
    if (simulator === undefined) throw new Error("The simulator starts with the first test of the file, not earlier.");
    return simulator;
  };
}

export interface CommunityInWhop {
  companyId: string;
  /** The WEE5 page. */
  experienceId: string;
  chatExperienceId: string;
  ownerId: string;
  moderatorId: string;
  memberId: string;
  /** Has an account at Whop and no access here. */
  strangerId: string;
}

/** A company with a WEE5 page, a chat, an owner, a moderator and a member. */
export function aCommunityIn({ world }: WhopSimulator, title = "A community"): CommunityInWhop {
  const { id: companyId } = world.addCompany({ title });
  const ownerId = world.addUser({ name: "Olga Owner" }).id;
  const moderatorId = world.addUser({ name: "Mo Moderator" }).id;
  const memberId = world.addUser({ name: "Mia Member" }).id;
  world.setRole(companyId, ownerId, "owner");
  world.setRole(companyId, moderatorId, "moderator");
  world.addMembership({ companyId, userId: memberId });
  return {
    companyId,
    experienceId: world.addExperience({ companyId, name: "Levels", kind: "app" }).id,
    chatExperienceId: world.addExperience({ companyId, name: "General", kind: "chat" }).id,
    ownerId,
    moderatorId,
    memberId,
    strangerId: world.addUser({ name: "Stan Stranger" }).id,
  };
}
