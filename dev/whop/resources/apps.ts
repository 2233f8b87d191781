import { notFound } from "../api-error";
import type { Operation } from "../operation";

export const apps: Operation[] = [
  {
    name: "apps.retrieve",
    method: "GET",
    path: "/apps/:id",
    answer: ({ appId }, { params }) => {
      if (params.id !== appId) throw notFound("app");
      return { id: appId, name: "WEE5" };
    },
  },
];
