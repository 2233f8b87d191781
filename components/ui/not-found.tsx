import { FileQuestionMark } from "lucide-react";
import { ButtonLink } from "@/components/ui/button-link";
import { Notice } from "@/components/ui/notice";

export function NotFound() {
  return (
    <Notice
      icon={<FileQuestionMark />}
      title="This page does not exist"
      action={<ButtonLink href="/">Go to the start page</ButtonLink>}
    >
      The address may be mistyped, or the page has moved. In Whop, open WEE5 from your community's apps.
    </Notice>
  );
}
