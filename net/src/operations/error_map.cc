#include "operations/error_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "text/escape.h"
#include "text/text.h"

namespace wingmq::net {
namespace {

/// One thing that can be wrong. Texts may use {name} {given} {min} {max} {actual}.
struct Row {
  Fault fault;
  unsigned status;  // statusCode
  std::string_view code;
  std::string_view chinese;
  std::string_view english;
};

constexpr Row kRows[] = {
    {Fault::kMissing, 400, "DMS.10540010", "缺少必填参数 {name}。", "The required parameter {name} is missing."},
    {Fault::kInQuery, 400, "DMS.10540010", "参数 {name} 的位置错误：它出现在 URL 查询串中，应放在{given}。",
     "The parameter {name} is in the wrong place: it stands in the query string and belongs into {given}."},
    {Fault::kInBody, 400, "DMS.10540010", "参数 {name} 的位置错误：它出现在请求体中，应放在{given}。",
     "The parameter {name} is in the wrong place: it stands in the body and belongs into {given}."},
    {Fault::kInHeader, 400, "DMS.10540010", "参数 {name} 的位置错误：它出现在请求头中，应放在{given}。",
     "The parameter {name} is in the wrong place: it stands in a header and belongs into {given}."},
    {Fault::kTwice, 400, "DMS.10540010", "参数 {name} 重复出现，只能给出一次。",
     "The parameter {name} is given more than once; give it once."},
    {Fault::kWrongMethod, 400, "DMS.10540010", "接口 {name} 的请求方式应为 {given}。",
     "The operation {name} must be called with the method {given}."},
    {Fault::kContentType, 400, "DMS.10540010",
     "Content-Type 不受支持：{given}；应为 application/json 或 application/x-www-form-urlencoded。",
     "The Content-Type is not supported: {given}; use application/json or application/x-www-form-urlencoded."},
    {Fault::kContentCoding, 415, "WMQ.CONTENT_CODING", "Content-Encoding 不受支持：{given}；请求体应不压缩发送（identity）。",
     "The Content-Encoding is not supported: {given}; send the body as it is (identity)."},
    {Fault::kByteOrderMark, 400, "DMS.10240009", "{name} 以字节序标记（BOM）开头：{given}；应去掉它并使用 UTF-8。",
     "The {name} begins with a byte order mark (BOM): {given}; leave it out and use UTF-8."},
    {Fault::kCompressed, 400, "DMS.10240009", "{name} 是 {given} 压缩数据，且没有 Content-Encoding；应不压缩发送。",
     "The {name} is {given} data without a Content-Encoding; send it uncompressed."},
    {Fault::kNotText, 400, "DMS.10540010", "参数 {name} 应为字符串，实际为 {given}。",
     "The parameter {name} must be a string, given: {given}."},
    {Fault::kNotNumber, 400, "DMS.10540010", "参数 {name} 应为整数，实际为 {given}。",
     "The parameter {name} must be an integer, given: {given}."},
    {Fault::kNotBoolean, 400, "DMS.10540010", "参数 {name} 应为 true 或 false，实际为 {given}。",
     "The parameter {name} must be true or false, given: {given}."},
    {Fault::kNotObject, 400, "DMS.10540010", "参数 {name} 应为 JSON 对象，实际为 {given}。",
     "The parameter {name} must be a JSON object, given: {given}."},
    {Fault::kNotList, 400, "DMS.10540010", "参数 {name} 应为 JSON 数组，实际为 {given}。",
     "The parameter {name} must be a JSON array, given: {given}."},
    {Fault::kBadRegion, 400, "DMS.10540010", "参数 {name} 应为 {min}~{max} 个字符，只能含 A-Z a-z 0-9 _ . -，实际为“{given}”。",
     "The parameter {name} must have {min} to {max} characters out of A-Z a-z 0-9 _ . -, given: '{given}'."},
    {Fault::kBadPublicHeader, 400, "DMS.10540010", "公共请求头 {name} 的格式不正确，应为 {given}。",
     "The public header {name} must have the form {given}."},
    {Fault::kUnknownZone, 400, "DMS.10540010",
     "公共请求头 {name} 的时区无法识别：“{given}”；应为 GMT、UTC、Z、CST、HKT、SGT、XJT、GMT+8、GMT+08:00 或 +0800 等偏移。",
     "The public header {name} names a zone that is not known: '{given}'; use GMT, UTC, Z, CST, HKT, SGT, XJT, GMT+8, GMT+08:00 "
     "or an offset such as +0800."},
    {Fault::kNotOneOf, 400, "DMS.10540010", "参数 {name} 的取值不正确，应为 {given} 之一。",
     "The parameter {name} has a wrong value, it must be one of {given}."},
    {Fault::kBadTimestamp, 400, "DMS.10540010",
     "参数 {name} 无法识别：“{given}”；应为 earliest、latest、0、1、13 位毫秒或 10 位秒时间戳、RFC 1123 (GMT) 或 ISO 8601 时间。",
     "The parameter {name} cannot be read: '{given}'; it must be earliest, latest, 0, 1, an epoch time of 13 digits "
     "(ms) or 10 digits (s), an RFC 1123 time in GMT or an ISO 8601 time."},
    {Fault::kEmptyList, 400, "DMS.10540010", "参数 {name} 不能为空，应有 {min}~{max} 项。",
     "The parameter {name} must not be empty, it takes {min} to {max} entries."},
    {Fault::kTooManyEntries, 400, "DMS.10540010", "参数 {name} 应有 {min}~{max} 项，实际超过 {max} 项。",
     "The parameter {name} takes {min} to {max} entries, more than {max} are given."},
    {Fault::kNoIdentity, 400, "DMS.10540010", "customInfo 的 type 为 {given} 时，{name} 必填且不能为空。",
     "With type {given}, customInfo must have {name}, not empty."},
    {Fault::kBadCustomType, 400, "DMS.10540010", "参数 {name} 应为空、0、1 或 2，实际为 {given}。",
     "The parameter {name} must be empty, 0, 1 or 2, given: {given}."},
    {Fault::kNoDeadLettersInKafka, 400, "DMS.10540010", "{given} 队列不支持死信，{name} 只能为 disable。",
     "A {given} queue has no dead letters, {name} must be disable."},

    {Fault::kNotJson, 400, "DMS.10240009", "{name} 不是合法的 JSON（第 {actual} 字节之后）。",
     "{name} is not valid JSON (behind byte {actual})."},
    {Fault::kTooDeep, 400, "DMS.10240009", "{name} 的 JSON 嵌套超过 {max} 层。",
     "{name} is JSON nested more than {max} levels deep."},
    {Fault::kNotUtf8, 400, "DMS.10240009", "{name} 不是合法的 UTF-8 编码。", "{name} is not valid UTF-8."},
    {Fault::kBadPercent, 400, "DMS.10240009", "{name} 含有错误的百分号编码。",
     "{name} has a percent sign that two hex digits do not follow."},
    {Fault::kNoSuchPath, 404, "DMS.00404001", "请求的路径不存在：{given}。", "There is no such path: {given}."},

    {Fault::kNameCharacters, 400, "DMS.10240007", "参数 {name} 只能含 A-Z a-z 0-9 _ -，实际为“{given}”。",
     "The parameter {name} may only have the characters A-Z a-z 0-9 _ -, given: '{given}'."},
    {Fault::kQueueNameLength, 400, "DMS.10240011", "参数 {name}（队列名称）的长度应为 {min}~{max} 个字符，实际为 {actual}。",
     "The parameter {name} (the queue's) must have {min} to {max} characters, given: {actual}."},
    {Fault::kGroupNameLength, 400, "DMS.10240012", "参数 {name}（消费组名称）的长度应为 {min}~{max} 个字符，实际为 {actual}。",
     "The parameter {name} (the group's) must have {min} to {max} characters, given: {actual}."},
    {Fault::kDescriptionBrackets, 400, "DMS.10240010", "参数 {name} 不能包含尖括号 < 或 >。",
     "The parameter {name} must not have the characters < or >."},
    {Fault::kDescriptionLength, 400, "DMS.10240013", "参数 {name} 的长度应为 {min}~{max} 个字符，实际为 {actual}。",
     "The parameter {name} must have {min} to {max} characters, given: {actual}."},
    {Fault::kConsumeCount, 400, "DMS.10240022", "redrivePolicy 为 enable 时，参数 {name} 必填，取值范围为 {min}~{max}，实际为 {given}。",
     "With redrivePolicy enable, the parameter {name} is required, from {min} to {max}, given: {given}."},
    {Fault::kBadTag, 400, "DMS.10240004", "参数 {name} 中的标签（tag）应为 {min}~{max} 个字符，只能含 A-Z a-z 0-9 _ -，实际为 {given}。",
     "In the parameter {name}, a tag must have {min} to {max} characters out of A-Z a-z 0-9 _ -, given: {given}."},
    {Fault::kTooManyTags, 400, "DMS.10240004", "参数 {name} 最多包含 {max} 个标签（tag）。",
     "The parameter {name} takes at most {max} tags."},
    {Fault::kNoTagsInKafka, 400, "DMS.10240004", "KAFKA-HA 与 KAFKA-HT 队列不支持标签（tag）。",
     "KAFKA-HA and KAFKA-HT queues take no tags."},
    {Fault::kMaxMessages, 400, "DMS.10240014", "参数 {name} 的取值范围为 {min}~{max}，实际为 {given}。",
     "The parameter {name} must be from {min} to {max}, given: {given}."},
    {Fault::kTimeWait, 400, "DMS.10240021", "参数 {name} 的取值范围为 {min}~{max} 秒，实际为 {given}。",
     "The parameter {name} must be from {min} to {max} seconds, given: {given}."},
    {Fault::kAckWait, 400, "DMS.10542206", "参数 {name} 的取值范围为 {min}~{max} 秒，实际为 {given}。",
     "The parameter {name} must be from {min} to {max} seconds, given: {given}."},
    {Fault::kTagType, 400, "DMS.10550035", "参数 {name} 应为 and 或 or，实际为“{given}”。",
     "The parameter {name} must be and or or, given: '{given}'."},
    {Fault::kBadStatus, 400, "DMS.10540003", "参数 {name} 应为 success 或 fail，实际为“{given}”。",
     "The parameter {name} must be success or fail, given: '{given}'."},
    {Fault::kNoBody, 400, "DMS.10540001", "消息缺少 {name}。", "The message lacks {name}."},
    {Fault::kBadAttributes, 400, "DMS.10540001", "参数 {name} 应为 JSON 对象，实际为 {given}。",
     "The parameter {name} must be a JSON object, given: {given}."},

    {Fault::kPayloadTooLarge, 900, "DMS.10540011", "本次发送的消息负载为 {actual} 字节，超过上限 {max} 字节。",
     "The messages' payload is {actual} bytes, the limit is {max} bytes."},
    {Fault::kQueueNameTaken, 900, "DMS.10240017", "队列名称已存在：{name}。", "The queue's name is taken: {name}."},
    {Fault::kGroupNameTaken, 900, "DMS.10240018", "消费组名称已存在或重复：{name}。",
     "A group's name is taken or given twice: {name}."},
    {Fault::kGroupLimit, 900, "DMS.10240019", "每个队列最多 {max} 个消费组，本次创建后将有 {actual} 个。",
     "A queue has at most {max} consumer groups, this call would make it {actual}."},
    {Fault::kQueueQuota, 900, "DMS.10240020", "队列配额已用完：每个项目最多 {max} 个队列。",
     "The quota is used up: a project has at most {max} queues."},
    {Fault::kQueueNotFound, 900, "DMS.10240401", "该项目与资源池中不存在此队列：{name}。",
     "There is no such queue in this project and region: {name}."},
    {Fault::kGroupNotFound, 900, "DMS.10240405", "该队列中不存在此消费组：{name}。",
     "There is no such consumer group in this queue: {name}."},
    {Fault::kTagRule, 900, "DMS.10542204", "本次消费的标签规则（tag、tagType）与该消费组已确定的规则不一致。",
     "The tag rule of this call (tag, tagType) is not the one that the consumer group has."},
    {Fault::kHandlerForeign, 900, "DMS.10540004", "有 handler 属于其他队列、消费组或消息流，整个请求未生效。",
     "A handler belongs to another queue, group or stream; nothing of the request was done."},
    {Fault::kHandlerInvalid, 900, "DMS.10542209", "有 handler 无法识别、已过期、已确认或已释放，整个请求未生效。",
     "A handler cannot be read, has expired, or was confirmed or released before; nothing of the request was done."},
    {Fault::kResetTime, 900, "DMS.00400142", "参数 timestamp 指定的时间晚于当前时间，或早于消息保存时长 {max} 分钟之前。",
     "The timestamp is in the future, or longer ago than the {max} minutes that messages are kept."},
    {Fault::kResetBusy, 900, "WMQ.RESET_BUSY", "消费组正在消费消息，不能重置；如需强制重置，请将 force 设为 true。",
     "The consumer group has messages in flight; set force to true to reset it all the same."},
    {Fault::kMemoryFull, 900, "WMQ.MEMORY_FULL", "内存已达上限 {max} 字节（已用 {actual} 字节），消息未保存。",
     "The memory limit of {max} bytes is reached ({actual} in use); nothing was stored."},
    {Fault::kTooManyParked, 503, "WMQ.UNAVAILABLE", "目前没有可消费的消息，且等待中的消费请求已达上限 {max} 个，请稍后重试。",
     "There is nothing to consume, and {max} calls wait already, as many as may; try again later."},
    {Fault::kUnavailable, 503, "WMQ.UNAVAILABLE", "存储引擎暂不可用，请求未生效，请稍后重试。",
     "The engine cannot be reached, or has too much waiting; nothing was done, try again later."},
    {Fault::kOutcomeUnknown, 503, "WMQ.OUTCOME_UNKNOWN", "存储引擎未在规定时间内应答，请求可能已生效。",
     "The engine did not answer in time; the request may have been carried out."},
    {Fault::kStorageFull, 900, "WMQ.STORAGE_FULL", "存储空间已用完，消息未保存。", "The storage is full; nothing was stored."},

    {Fault::kSignature, 900, "WMQ.SIGNATURE", "accessKey 无效或签名校验失败。", "The accessKey is unknown or the signature is wrong."},
    {Fault::kForbidden, 900, "WMQ.FORBIDDEN", "该 accessKey 无权代表 customInfo 指定的客户操作。",
     "The accessKey may not act for the customer in customInfo."},
    {Fault::kForeignHost, 403, "WMQ.FOREIGN_PAGE",
     "浏览器的请求只能以本机名称或地址访问，实际 Host 为“{given}”；如需允许，请以 --allow-host 启动服务。",
     "Browsers are served only under a name of this machine, the Host is '{given}'; the server's --allow-host allows another."},
    {Fault::kForeignOrigin, 403, "WMQ.FOREIGN_PAGE", "不接受其他站点页面的请求，Origin 为“{given}”，与 Host 不一致。",
     "Pages of other sites are not served: the Origin is '{given}', which is not the host and port of Host."},
    {Fault::kInjected, 900, "WMQ.FAULT", "测试要求的故障。", "A fault that a test asked for."},
    {Fault::kShuttingDown, 503, "WMQ.SHUTTING_DOWN", "服务正在停止，请稍后重试{given}。", "The server is stopping{given}."},
    {Fault::kInternal, 900, "WMQ.INTERNAL", "服务内部错误，编号 {given}。", "Internal error, number {given}."},
    {Fault::kBadHttp, 400, "WMQ.BAD_HTTP", "HTTP 请求不正确{given}。", "The HTTP request is wrong{given}."},
    {Fault::kRequestTimeout, 408, "WMQ.REQUEST_TIMEOUT", "请求未在规定时间内到达{given}。",
     "The request did not arrive in time{given}."},
    {Fault::kLengthRequired, 411, "WMQ.LENGTH_REQUIRED", "请求缺少 Content-Length{given}。",
     "The request lacks a Content-Length{given}."},
    {Fault::kBodyTooLarge, 413, "WMQ.BODY_TOO_LARGE", "请求体过大{given}。", "The body is too large{given}."},
    {Fault::kHeaderTooLarge, 431, "WMQ.HEADER_TOO_LARGE", "请求头过大{given}。", "The header is too large{given}."},
    {Fault::kTooManyConnections, 503, "WMQ.TOO_MANY_CONNECTIONS", "连接数已达上限{given}。",
     "There are too many connections{given}."},
};

constexpr bool rows_stand_in_order() {
  for (std::size_t i = 0; i < std::size(kRows); ++i) {
    if (kRows[i].fault != static_cast<Fault>(i)) return false;
  }
  return std::size(kRows) == static_cast<std::size_t>(Fault::kTooManyConnections) + 1;
}
static_assert(rows_stand_in_order(), "a fault is the index of its row");

const Row& row_of(Fault fault) { return kRows[static_cast<std::size_t>(fault)]; }

Fault fault_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kQueueNotFound: return Fault::kQueueNotFound;
    case ErrorCode::kGroupNotFound: return Fault::kGroupNotFound;
    case ErrorCode::kQueueNameTaken: return Fault::kQueueNameTaken;
    case ErrorCode::kGroupNameTaken: return Fault::kGroupNameTaken;
    case ErrorCode::kQueueQuotaExceeded: return Fault::kQueueQuota;
    case ErrorCode::kGroupLimitExceeded: return Fault::kGroupLimit;
    case ErrorCode::kPayloadTooLarge: return Fault::kPayloadTooLarge;
    case ErrorCode::kTagsNotSupported: return Fault::kNoTagsInKafka;
    case ErrorCode::kMemoryFull: return Fault::kMemoryFull;
    case ErrorCode::kTooManyParked: return Fault::kTooManyParked;
    case ErrorCode::kTagRuleMismatch: return Fault::kTagRule;
    case ErrorCode::kHandleForeign: return Fault::kHandlerForeign;
    case ErrorCode::kHandleInvalid: return Fault::kHandlerInvalid;
    case ErrorCode::kResetTimeOutOfRange: return Fault::kResetTime;
    case ErrorCode::kResetBusy: return Fault::kResetBusy;
    case ErrorCode::kShuttingDown: return Fault::kShuttingDown;
    case ErrorCode::kUnavailable: return Fault::kUnavailable;
    case ErrorCode::kOutcomeUnknown: return Fault::kOutcomeUnknown;
    case ErrorCode::kStorageFull: return Fault::kStorageFull;
  }
  return Fault::kInternal;
}

/// `"errorMessageString":T,"errorMessageArray":[T],"succeed":false`, which stands at both levels (D10).
std::string error_members(const std::string& quoted) {
  return "\"errorMessageString\":" + quoted + ",\"errorMessageArray\":[" + quoted + "],\"succeed\":false";
}

std::string error_body(unsigned status, std::string_view code, const std::string& text) {
  std::string quoted;
  append_quoted(quoted, text);
  const std::string members = error_members(quoted);
  return fmt::format(R"({{"statusCode":{},"message":{},"errorCode":"{}",{},"returnObj":{{"returnObj":"",{}}}}})", status,
                     quoted, code, members, members);
}

}  // namespace

Language language_of(const Request& request, Language otherwise) {
  const Header* header = request.find_header("Accept-Language");
  return header == nullptr ? otherwise : preferred_language(header->value, otherwise);
}

Refusal refusal_of(const Error& error, std::string_view name) {
  return {.fault = fault_of(error.code), .name = shown(name), .maximum = error.limit, .actual = error.actual};
}

unsigned http_status(Fault fault) {
  const unsigned status = row_of(fault).status;
  return status == 900 ? 200 : status;
}

std::string text_of(const Refusal& refusal, Language language) {
  const Row& row = row_of(refusal.fault);
  const auto format = language == Language::kEnglish ? row.english : row.chinese;
  return fmt::format(fmt::runtime(format), fmt::arg("name", refusal.name), fmt::arg("given", refusal.given),
                     fmt::arg("min", refusal.minimum), fmt::arg("max", refusal.maximum),
                     fmt::arg("actual", refusal.actual));
}

std::optional<unsigned> status_of_code(std::string_view code) noexcept {
  const auto* row = std::ranges::find(kRows, code, &Row::code);
  return row != std::end(kRows) ? std::optional(row->status) : std::nullopt;
}

namespace {

unsigned http_status_of(unsigned status) { return status == 900 ? 200 : status; }

/// A refusal that a test asked for: `given` is its code.
Reply refuse_as_asked(const Refusal& refusal, Language language) {
  const Row& row = row_of(refusal.fault);
  const auto asked = status_of_code(refusal.given);
  const unsigned status = asked.value_or(row.status);
  Reply reply;
  reply.status = http_status_of(status);
  reply.body = error_body(status, asked ? std::string_view(refusal.given) : row.code, text_of(refusal, language));
  return reply;
}

}  // namespace

Reply refuse(const Refusal& refusal, Language language) {
  if (refusal.fault == Fault::kInjected) return refuse_as_asked(refusal, language);
  const Row& row = row_of(refusal.fault);
  Reply reply;
  reply.status = http_status(refusal.fault);
  const bool passes = refusal.fault == Fault::kTooManyParked || refusal.fault == Fault::kUnavailable;
  if (passes) reply.headers.emplace_back("Retry-After", "1");  // in seconds
  reply.body = error_body(row.status, row.code, text_of(refusal, language));
  return reply;
}

Reply refuse(const Refusal& refusal, Language language, unsigned status) {
  Reply reply;
  reply.status = status;
  reply.body = error_body(status, row_of(refusal.fault).code, text_of(refusal, language));
  return reply;
}

}  // namespace wingmq::net
