import type { ApiReader } from '../shared/apis/api-store.ts';
import { type DescribedDetail, describeDetail } from '../shared/apis/describe-detail.ts';
import { detailTypes } from '../shared/apis/detail-type.ts';
import type { Detail } from '../shared/oauth/authorization-details.ts';

/** What people read about authorization details, in a language. Their types are asked for only where there are some. */
export async function describedDetails(
  details: readonly Detail[],
  language: string,
  apis: Pick<ApiReader, 'others'>,
): Promise<DescribedDetail[]> {
  const types = details.length === 0 ? [] : await apis.others(detailTypes);
  return details.map((detail) => describeDetail(detail, types, language));
}
