import { NotFound } from "@/components/ui/not-found";

export const metadata = { title: "Not found" };

export default function NotFoundPage() {
  return <NotFound />;
}
