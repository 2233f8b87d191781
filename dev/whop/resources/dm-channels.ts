import { z } from "zod";
import { found } from "../api-error";
import { bodyOf, type Operation } from "../operation";
import { dmChannelView } from "../views";

const NewDmChannel = z.object({
  with_user_ids: z.array(z.string()).min(1),
  company_id: z.string().nullish(),
  custom_name: z.string().nullish(),
});

export const dmChannels: Operation[] = [
  {
    name: "dmChannels.create",
    method: "POST",
    path: "/dm_channels",
    answer: ({ world, effects }, request) => {
      const given = bodyOf(NewDmChannel, request);
      const userIds = given.with_user_ids.map((id) => found(world.user(id), "user").id);
      const company = found(world.company(given.company_id ?? ""), "company");
      // The same people again get another one: Whop promises nothing else.
      const people = { userIds, name: given.custom_name };
      const channel = world.addDirectChannel(company.id, "direct_message", people);
      const view = dmChannelView(world, channel);
      effects.record("dmChannels", request, { ...view, company_id: company.id, user_ids: userIds });
      return view;
    },
  },
];
