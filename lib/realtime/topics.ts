/** What happens on a community's board; heard by each member who has a page open. */
export const communityTopic = (communityId: string): string => `community:${communityId}`;

/** What happens to one member; heard by nobody else. */
export const memberTopic = (communityId: string, userId: string): string => `member:${communityId}:${userId}`;
