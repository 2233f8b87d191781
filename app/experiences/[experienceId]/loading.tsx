import { MemberPageSkeleton } from "@/components/member-page/member-page-skeleton";

export default function Loading() {
  return <MemberPageSkeleton />;
}
