import { MessageSquare } from "lucide-react";
import { ButtonLink } from "@/components/ui/button-link";
import { StateBox } from "@/components/ui/state-box";

/** For a community in which nothing has happened since WEE5 came. */
export function NoActivity({ companyId }: { companyId: string }) {
  return (
    <div className="dashboard-panel grid place-items-center p-4 py-12 md:p-12">
      <StateBox
        icon={<MessageSquare />}
        title="Nobody has written yet"
        action={<ButtonLink href={`/experiences/${companyId}`}>Open the member page</ButtonLink>}
      >
        Write in any channel of your community: within seconds the message shows up here, with what it paid.
      </StateBox>
    </div>
  );
}
