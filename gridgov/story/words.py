"""The words of the story, Chinese and English: told once, here, to pages and to paper.

What is not listed is shown by its name in the data. The pages' own words for the same terms are held to these by a
test.
"""

from collections.abc import Mapping
from types import MappingProxyType

from gridgov.access import ROLES

Pair = tuple[str, str]

STAGES: Mapping[str, Pair] = MappingProxyType(
    {
        "reported": ("已上报", "Reported"),
        "filed": ("已立案", "Filed"),
        "dispatched": ("已派遣", "Dispatched"),
        "handling": ("处置中", "Handling"),
        "fed_back": ("已反馈", "Fed back"),
        "verified": ("已核查", "Verified"),
        "closed": ("已结案", "Closed"),
        "rejected": ("不予立案", "Rejected"),
        "suspended": ("已挂起", "Suspended"),
        "merged": ("已并案", "Merged"),
    }
)

WHISTLE_STAGES: Mapping[str, Pair] = MappingProxyType(
    {
        "drafted": ("待确认", "To be confirmed"),
        "blown": ("已吹哨", "Blown"),
        "closing": ("销哨中", "Closing"),
        "closed": ("已销哨", "Closed"),
        "withdrawn": ("已撤哨", "Withdrawn"),
        "pending": ("待发出", "Pending"),
        "summoned": ("已召集", "Summoned"),
        "acknowledged": ("已签收", "Acknowledged"),
        "on_site": ("已到场", "On site"),
        "measured": ("已报措施", "Measure filed"),
        "released": ("已放行", "Released"),
        "excused": ("已免除", "Excused"),
        "left": ("已离场", "Left"),
        "rated": ("已评价", "Rated"),
    }
)

KINDS: Mapping[str, Pair] = MappingProxyType(
    {
        "reported": ("上报", "Reported"),
        "located": ("定位", "Located"),
        "classified": ("归类", "Classified"),
        "duplicates_suggested": ("疑似重复", "Possible duplicates"),
        "whistle_drafted": ("起草联合哨", "Combined whistle drafted"),
        "evidence_added": ("上传附件", "Evidence attached"),
        "whistle_blown": ("吹哨", "Whistle blown"),
        "whistle_confirmed": ("街道确认", "Side confirmed"),
        "whistle_lead_chosen": ("商定牵头方", "Lead side chosen"),
        "whistle_summons_chosen": ("调整召集单位", "Summons chosen"),
        "whistle_side_withdrawn": ("一方同意撤哨", "Side agrees to withdraw"),
        "whistle_withdrawn": ("撤哨", "Whistle withdrawn"),
        "whistle_escalated": ("吹哨超时升级", "Whistle escalated"),
        "whistle_side_closed": ("一方销哨", "Side closed"),
        "whistle_closed": ("销哨", "Whistle closed"),
        "summons_acknowledged": ("签收", "Acknowledged"),
        "checked_in": ("报到", "Checked in"),
        "check_in_waiting": ("报到待见证", "Check-in waits for a voucher"),
        "check_in_refused": ("报到未通过", "Check-in refused"),
        "vouched": ("见证报到", "Vouched for"),
        "measure_filed": ("填报措施", "Measure filed"),
        "leave_refused": ("未放行不得离场", "Leaving refused"),
        "left": ("离场", "Left"),
        "summons_released": ("放行", "Released"),
        "summons_excused": ("免除", "Excused"),
        "summons_rated": ("一事一考", "Rated"),
        "filed": ("立案", "Filed"),
        "rejected": ("不予立案", "Rejected"),
        "dispatched": ("派遣", "Dispatched"),
        "first_dispatched": ("首派负责", "First dispatched"),
        "accepted": ("接单", "Accepted"),
        "returned": ("退单", "Returned"),
        "fed_back": ("反馈", "Fed back"),
        "verified": ("核查", "Verified"),
        "sent_back": ("核查不通过", "Sent back"),
        "closed": ("结案", "Closed"),
        "reopened": ("重新打开", "Reopened"),
        "suspended": ("挂起", "Suspended"),
        "resumed": ("恢复办理", "Resumed"),
        "extension_asked": ("申请延期", "Extension asked"),
        "extension_granted": ("同意延期", "Extension granted"),
        "extension_refused": ("不同意延期", "Extension refused"),
        "urged": ("催办", "Urged"),
        "supervised": ("督办", "Supervised"),
        "merged": ("并案", "Merged"),
        "unmerged": ("取消并案", "Unmerged"),
        "absorbed": ("并入他案", "Another case merged in"),
        "released": ("他案移出", "Another case taken out"),
        "reclassified": ("改归类", "Reclassified"),
        "relocated": ("改定位", "Relocated"),
        "noted": ("备注", "Note"),
        "reporter_revealed": ("查看上报人", "Reporter's identity looked at"),
        "overdue": ("超时", "Overdue"),
        "reckoned": ("时限已推算", "Deadline reckoned"),
    }
)

FIELDS: Mapping[str, Pair] = MappingProxyType(
    {
        "organisation": ("单位", "Organisation"),
        "organisation_code": ("单位", "Organisation"),
        "lead": ("主责", "Lead"),
        "matter": ("事项", "Matter"),
        "priority": ("级别", "Priority"),
        "list_version": ("清单版本", "List version"),
        "reason": ("理由", "Reason"),
        "text": ("内容", "Text"),
        "report": ("说明", "Report"),
        "measures": ("措施", "Measures"),
        "address": ("地址", "Address"),
        "channel": ("渠道", "Channel"),
        "placement": ("定位结果", "Placement"),
        "cell": ("网格", "Cell"),
        "datum": ("坐标系", "Datum"),
        "source": ("来源", "Source"),
        "role": ("角色", "Role"),
        "target": ("对象", "Whom"),
        "look": ("查看记录", "Look"),
        "accuracy_m": ("精度（米）", "Accuracy (m)"),
        "question": ("待确认", "Open question"),
        "unknown": ("未知", "Unknown"),
        "minutes": ("分钟", "Minutes"),
        "until": ("直到", "Until"),
        "into_number": ("并入", "Merged into"),
        "number": ("编号", "Number"),
        "name": ("名称", "Name"),
        "media_type": ("类型", "Type"),
        "duration_s": ("时长（秒）", "Length (s)"),
        "size": ("字节", "Bytes"),
        "street": ("街道", "Street"),
        "streets": ("街道", "Streets"),
        "summons": ("召集", "Summons"),
        "sides": ("各方份额", "Sides"),
        "kind": ("哨类", "Kind"),
        "score": ("评分", "Score"),
        "words": ("评语", "Words"),
        "step": ("第几级", "Step"),
        "due_kind": ("应办", "What was due"),
        "deadline_at": ("期限", "Deadline"),
        "transfers": ("转派次数", "Transfers"),
        "against_list": ("清单外派遣理由", "Why against the list"),
        "distance_m": ("距离（米）", "Distance (m)"),
        "time_to_scene_s": ("到场用时（秒）", "Time to scene (s)"),
        "reasons": ("原因", "Reasons"),
        "evidence": ("附件", "Evidence"),
        "by": ("由", "By"),
        "act": ("动作", "Act"),
        "others": ("其他案件", "Others"),
        "waiting_for": ("等待", "Waiting for"),
        "excused": ("免除", "Excused"),
        "above": ("上级代办", "Above, in its stead"),
        "measured": ("已报措施", "Measure filed"),
        "level": ("级别", "Level"),
        "due_at": ("限到场", "Due on site"),
        "flags": ("留意", "To be looked at"),
        "arrived_at": ("到场时间", "On site at"),
        "voucher_distance_m": ("见证人距离（米）", "Voucher's distance (m)"),
        "choice": ("希望牵头", "Should lead"),
        "agreed": ("各方一致", "Agreed by all"),
        "held_by": ("尚待放行", "Held by"),
        "still_held_by": ("尚待放行", "Still held by"),
        "open": ("尚未销哨", "Still open"),
        "with_case": ("随案件", "With the case"),
        "missing": ("应传未传的附件", "Attachments that never came"),
        "awaited": ("待传附件", "Attachments on their way"),
        "first_organisation": ("首派单位", "First dispatched"),
        "stage": ("阶段", "Stage"),
        "due": ("应办", "What was due"),
        "since": ("起于", "Since"),
        "candidates": ("候选地址", "Addresses it may be"),
        "district": ("区县", "District"),
    }
)

PLACEMENTS: Mapping[str, Pair] = MappingProxyType(
    {
        "located": ("已定位", "Located"),
        "doubtful": ("临近边界存疑", "Doubtful, near a border"),
        "crossing": ("跨网格", "Across cells"),
        "outside": ("网格之外", "Outside every cell"),
        "unplaced": ("位置不明", "Place unknown"),
    }
)

STEPS: Mapping[str, Pair] = MappingProxyType(
    {
        "file": ("立案", "File"),
        "dispatch": ("派遣", "Dispatch"),
        "accept": ("接单", "Accept"),
        "handle": ("处置", "Handle"),
        "verify": ("核查", "Verify"),
        "close": ("结案", "Close"),
        "resume": ("恢复办理", "Resume"),
        "confirm": ("确认", "Confirm"),
        "acknowledge": ("签收", "Acknowledge"),
        "check_in": ("报到", "Check in"),
        "measure": ("填报措施", "File a measure"),
    }
)
"""What is due next, of cases and of whistles."""

WHISTLE_STEPS: Mapping[str, Pair] = MappingProxyType({**STEPS, "close": ("销哨", "Close the whistle")})
"""The same of whistles: what closes there is another thing."""

ARRIVALS: Mapping[str, Pair] = MappingProxyType(
    {
        "accepted": ("有效", "Accepted"),
        "waiting": ("待见证", "Waits for a voucher"),
        "refused": ("未通过", "Refused"),
        "too_far": ("离现场太远", "Too far away"),
        "too_coarse": ("定位不准", "Too inaccurate"),
        "too_late": ("上传太晚", "Sent too late"),
        "no_position": ("没有定位", "No position"),
        "clock_ahead": ("手机时间超前", "The device's clock is ahead"),
        "before_whistle": ("早于吹哨", "Before the whistle"),
        "needs_vouch": ("需要见证", "Needs a voucher"),
        "offline": ("离线", "Offline"),
        "clock_corrected": ("时间已校正", "The clock was corrected"),
    }
)
"""What becomes of a check-in, and why."""

FINDINGS: Mapping[str, Pair] = MappingProxyType(
    {
        "address_unsure": ("地址不确定", "Address unsure"),
        "address_unknown": ("查无此地址", "No such address"),
        "no_street_office": ("没有街道办", "No street office"),
        "position_far_from_address": ("位置与地址相距较远", "Position far from address"),
        "possible_duplicate": ("可能重复", "Possible duplicate"),
        "matter_not_admitted": ("不在准入清单", "Matter not admitted"),
    }
)

VALUES: Mapping[str, Pair] = MappingProxyType(
    {
        **STAGES,
        **PLACEMENTS,
        **STEPS,
        **ARRIVALS,
        **{role.code: (role.name_zh, role.name_en) for role in ROLES},
        "grid_worker": ("网格员", "Grid worker"),
        "hotline_12345": ("12345 热线", "12345 hotline"),
        "resident_app": ("市民随手拍", "Resident's app"),
        "camera": ("视频发现", "Camera"),
        "inspection": ("巡查督查", "Inspection"),
        "proactive": ("未诉先办", "Proactive"),
        "given": ("上报位置", "As given"),
        "wgs84": ("WGS 84", "WGS 84"),
        "cgcs2000": ("CGCS2000", "CGCS2000"),
        "gcj02": ("GCJ-02", "GCJ-02"),
        "bd09": ("BD-09", "BD-09"),
        "comprehensive_enforcement": ("综合执法哨", "Comprehensive-enforcement whistle"),
        "key_work": ("重点工作哨", "Key-work whistle"),
        "emergency": ("应急处置哨", "Emergency whistle"),
        "street_call": ("街呼区应", "Street call"),
        "parent": ("共同上级", "The area above"),
        "organisation": ("单位", "Organisation"),
        "community": ("社区", "Community"),
        "street": ("街道", "Street"),
        "district": ("区县", "District"),
    }
)
"""What fields say in codes."""

GRAVE = frozenset({"overdue", "whistle_escalated", "leave_refused", "check_in_refused", "sent_back", "returned"})
"""Facts that something went wrong or is late: worth another look."""

FREE = frozenset(
    {"text", "reason", "report", "measures", "words", "address", "name", "against_list", "question", "external_number"}
)
"""Fields in somebody's own words: they are shown as they were said, whatever they look like."""

OMITTED = frozenset(
    {
        "geometry",
        "raw",
        "grid",
        "digest",
        "row",
        "rows",
        "thumbnail_sha256",
        "width",
        "height",
        "sha256",
        "original_sha256",
        "original_size",
        "evidence_id",
        "whistle",
        "whistle_id",
        "organisation_code",
        "due_step",
        "into",
        "into_id",
        "incident",
        "seq",
        "evidence",
        "look",
    }
)
"""What a fact says for machines: it stays in the JSON, and in the hash, and out of the page."""
