/** What stays of a member whose data have been deleted, and why: in words for the member. */
export const KEPT_DATA: readonly { what: string; why: string }[] = [
  {
    what: "Rewards you have received",
    why: "So that none is given twice. Rewards that were not sent yet are cancelled.",
  },
  {
    what: "The numbers of your messages and reactions at Whop, without you and without what they paid",
    why: "For up to 90 days, so that none counts a second time. A reaction's number at Whop names who reacted.",
  },
  {
    what: "That others reacted to your messages",
    why: "It belongs to their activity and goes with it.",
  },
  {
    what: "What admins and moderators did with your account, and that you deleted your data",
    why: "The record of their work cannot be changed by anybody.",
  },
  {
    what: "Your choice who sees you here, and whether you get messages",
    why: "So that you stay as you wish to be seen, and hear nothing that you do not want to hear.",
  },
];
