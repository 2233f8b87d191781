import { createAccess } from "@/lib/auth/access";
import { createWhopClient } from "@/lib/whop/client";
import { aCommunityIn, aWhop, type CommunityInWhop } from "@/tests/support/whop";

const whop = aWhop({ rateLimitPerMinute: 0 });
let place: CommunityInWhop;

beforeEach(() => {
  place = aCommunityIn(whop());
});

/** Access over a clock that the test moves, and the number of questions put to Whop. */
function anAccess() {
  const { apiKey, appId, baseUrl } = whop();
  const client = createWhopClient({ apiKey, appId, baseUrl, log: { warn: () => undefined }, timeoutMs: 1_000 });
  const state = { asked: 0, teamsAsked: 0, seconds: 0 };
  const counted = {
    ...client,
    checkAccess: (resourceId: string, userId: string) => {
      state.asked += 1;
      return client.checkAccess(resourceId, userId);
    },
    listAuthorizedUsers: (companyId: string, userId: string) => {
      state.teamsAsked += 1;
      return client.listAuthorizedUsers(companyId, userId);
    },
  };
  return { ...createAccess({ whop: counted, clock: () => state.seconds * 1000 }), state };
}

const whopIsDown = () => whop().faults.add({ kind: "status", status: 503, probability: 1 });

test.each([
  ["owner", "admin"],
  ["admin", "admin"],
  ["manager", "admin"],
  ["app_manager", "admin"],
  ["moderator", "moderator"],
  ["support", "moderator"],
  ["sales_manager", "member"],
  ["advertiser", "member"],
  ["custom", "member"],
  ["constructor", "member"],
])("the team role %s means %s", async (teamRole, role) => {
  whop().world.setRole(place.companyId, place.strangerId, teamRole);
  expect(await anAccess().roleIn(place.companyId, place.strangerId)).toBe(role);
});

test("a customer is a member, and who has no access is nothing", async () => {
  expect(await anAccess().roleIn(place.companyId, place.memberId)).toBe("member");
  expect(await anAccess().roleIn(place.companyId, place.strangerId)).toBeNull();
});

test("an admin whose role may not be read is a member", async () => {
  whop().faults.add({ kind: "status", status: 403, operation: "authorizedUsers.list" });
  expect(await anAccess().roleIn(place.companyId, place.ownerId)).toBe("member");
});

test("a demoted admin is one for 55 seconds at most", async () => {
  const { roleIn, state } = anAccess();
  await roleIn(place.companyId, place.ownerId);
  whop().world.setRole(place.companyId, place.ownerId, null);
  state.seconds = 54.9;
  expect(await roleIn(place.companyId, place.ownerId)).toBe("admin");
  state.seconds = 55;
  expect(await roleIn(place.companyId, place.ownerId)).toBeNull();
  expect(state.asked).toBe(2);
});

test("the age of a role counts from the question, not from a late answer", async () => {
  const { roleIn, state } = anAccess();
  const answer = roleIn(place.companyId, place.ownerId);
  state.seconds = 10;
  await answer;
  state.seconds = 55;
  await roleIn(place.companyId, place.ownerId);
  expect(state.asked).toBe(2);
});

test("who has just joined is let in after five seconds", async () => {
  const { roleIn, state } = anAccess();
  await roleIn(place.companyId, place.strangerId);
  whop().world.join(place.companyId, place.strangerId);
  expect(await roleIn(place.companyId, place.strangerId)).toBeNull();
  state.seconds = 5;
  expect(await roleIn(place.companyId, place.strangerId)).toBe("member");
});

test("fifty lookups of a member at once ask Whop once, and nothing about the team", async () => {
  const { roleIn, state } = anAccess();
  const roles = await Promise.all(Array.from({ length: 50 }, () => roleIn(place.companyId, place.memberId)));
  expect(new Set(roles)).toEqual(new Set(["member"]));
  expect(state).toMatchObject({ asked: 1, teamsAsked: 0 });
});

test("an admin of one community is nothing in another, and lends nobody the role", async () => {
  const { roleIn } = anAccess();
  const other = aCommunityIn(whop());
  expect(await roleIn(place.companyId, place.ownerId)).toBe("admin");
  expect(await roleIn(other.companyId, place.ownerId)).toBeNull();
  expect(await roleIn(place.companyId, other.ownerId)).toBeNull();
});

test("a Whop that cannot be asked closes the door, and the failure is not remembered", async () => {
  const { roleIn } = anAccess();
  whopIsDown();
  await expect(roleIn(place.companyId, place.ownerId)).rejects.toMatchObject({ code: "unavailable" });
  whop().faults.clear();
  expect(await roleIn(place.companyId, place.ownerId)).toBe("admin");
});

test("a member is one for two hours without Whop, which is asked again every five seconds", async () => {
  const { roleIn, state } = anAccess();
  await roleIn(place.companyId, place.memberId);
  whopIsDown();
  state.seconds = 3_600;
  expect(await roleIn(place.companyId, place.memberId)).toBe("member");
  const { asked } = state;
  state.seconds += 4.9;
  expect(await roleIn(place.companyId, place.memberId)).toBe("member");
  expect(state.asked).toBe(asked);
  whop().faults.clear();
  whop().world.leave(place.companyId, place.memberId);
  state.seconds += 0.1;
  expect(await roleIn(place.companyId, place.memberId)).toBeNull();
  whopIsDown();
  state.seconds += 5;
  await expect(roleIn(place.companyId, place.memberId)).rejects.toMatchObject({ code: "unavailable" });
});

test("nobody is a member for longer than two hours without Whop", async () => {
  const { roleIn, state } = anAccess();
  await roleIn(place.companyId, place.memberId);
  whopIsDown();
  state.seconds = 7_195;
  expect(await roleIn(place.companyId, place.memberId)).toBe("member");
  state.seconds = 7_200;
  await expect(roleIn(place.companyId, place.memberId)).rejects.toMatchObject({ code: "unavailable" });
});

test("a role that has grown old is not used when Whop is away", async () => {
  const { roleIn, state } = anAccess();
  await roleIn(place.companyId, place.ownerId);
  whopIsDown();
  state.seconds = 54.9;
  expect(await roleIn(place.companyId, place.ownerId)).toBe("admin");
  state.seconds = 55;
  await expect(roleIn(place.companyId, place.ownerId)).rejects.toMatchObject({ code: "unavailable" });
});
