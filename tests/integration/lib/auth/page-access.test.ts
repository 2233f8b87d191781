import { pageAccess } from "@/lib/auth/page-access";
import { USER_TOKEN_HEADER } from "@/lib/auth/user-token";
import { anApp } from "@/tests/support/app";
import { aCommunityIn, type CommunityInWhop } from "@/tests/support/whop";

const app = anApp();
let place: CommunityInWhop;

beforeEach(() => {
  place = aCommunityIn(app().whop);
});

async function accessOf(userId: string | null, id = place.experienceId) {
  const headers = new Headers();
  if (userId !== null) headers.set(USER_TOKEN_HEADER, await app().whop.mintToken(userId));
  return pageAccess(app().deps, headers, id);
}

test("a member is let in by the page's own id and by the community's, with their role", async () => {
  const { communityId, userId } = { communityId: place.companyId, userId: place.memberId };
  expect(await accessOf(userId)).toEqual({ kind: "member", userId, communityId, role: "member" });
  expect(await accessOf(userId, place.companyId)).toEqual({ kind: "member", userId, communityId, role: "member" });
  expect(await accessOf(place.ownerId)).toMatchObject({ kind: "member", role: "admin" });
});

test("without a token, or with one that is not Whop's, nobody is signed in", async () => {
  expect(await accessOf(null)).toEqual({ kind: "signed-out" });
  const forged = new Headers({ [USER_TOKEN_HEADER]: "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1c2VyX2EifQ." });
  expect(await pageAccess(app().deps, forged, place.experienceId)).toEqual({ kind: "signed-out" });
});

test("a stranger has no access, and neither has a member who has left", async () => {
  const noAccess = { kind: "no-access", communityId: place.companyId };
  expect(await accessOf(place.strangerId)).toMatchObject(noAccess);
  app().whop.world.leave(place.companyId, place.memberId);
  expect(await accessOf(place.memberId)).toMatchObject(noAccess);
});

test("an id that Whop does not know belongs to no community", async () => {
  expect(await accessOf(place.memberId, "exp_nothing")).toMatchObject({ kind: "no-access", communityId: null });
  expect(await accessOf(place.memberId, "../../admin")).toMatchObject({ kind: "no-access", communityId: null });
});

test("who tries out ids is made to wait, before they have used up what all may ask of Whop", async () => {
  const { memberId, strangerId } = place;
  for (let n = 0; n < 30; n += 1)
    expect(await accessOf(strangerId, `exp_new${n}`)).toMatchObject({ kind: "no-access" });
  const calls = jest.spyOn(app().whop.faults, "forCall");
  expect(await accessOf(strangerId, "exp_new30")).toMatchObject({
    kind: "unavailable",
    cause: { code: "rate_limited", retryAfterSeconds: expect.any(Number) },
  });
  expect(calls).not.toHaveBeenCalled();
  calls.mockRestore();
  // Places that are known here cost Whop nothing, and others are not held up.
  expect(await accessOf(memberId)).toMatchObject({ kind: "member" });
  expect(await accessOf(strangerId)).toMatchObject({ kind: "no-access", communityId: place.companyId });
});

test("nobody is let in while Whop cannot be asked", async () => {
  const { experienceId, memberId } = place;
  app().whop.faults.add({ kind: "status", status: 503, probability: 1 });
  expect(await accessOf(memberId, experienceId)).toMatchObject({ kind: "unavailable" });
});
