"""Personal data in free text: found by its form and hidden, so that a list, an export or a log does not spread it.

Everything here is pure. What is masked stays readable as what it is: a phone number still looks like one. Masking what
is masked changes nothing. A form that nobody foresaw is not found: texts stay confidential for whoever may read them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

HIDDEN: Final = "*"
"""What stands for each thing that is hidden."""

FREE_TEXTS: Final = ("title", "description", "address")
"""The fields of an event that people write into."""

_CODES: Final = frozenset({"grid", "category", "channel"})
"""Details of a step that are codes of the city: a level-3 grid's has as many digits as an old identity card."""

_GAP = r"[ \t\u00a0\u3000.·\-－—]?"
_NO_DIGIT_BEFORE, _NO_DIGIT_AFTER = r"(?<!\d)", r"(?!\d)"

_IDENTITY = re.compile(
    rf"{_NO_DIGIT_BEFORE}(\d\d)\d{{4}}(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{{3}}[\dXx]{_NO_DIGIT_AFTER}"
)
_OLD_IDENTITY = re.compile(
    rf"{_NO_DIGIT_BEFORE}([1-6]\d)\d{{4}}\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{{3}}{_NO_DIGIT_AFTER}"
)
_MOBILE = re.compile(rf"{_NO_DIGIT_BEFORE}([1１][3-9３-９]\d)(?:{_GAP}\d){{8}}{_NO_DIGIT_AFTER}")
_ABROAD = re.compile(rf"(\+|{_NO_DIGIT_BEFORE}00)\d{{1,3}}(?:{_GAP}\(?\d\)?){{7,12}}{_NO_DIGIT_AFTER}")
_AMERICAN = re.compile(
    rf"{_NO_DIGIT_BEFORE}(?:\([2-9]\d\d\)[ \t]?|[2-9]\d\d[ \t.\-])[2-9]\d\d[ \t.\-]\d{{4}}{_NO_DIGIT_AFTER}"
)
_LANDLINE = re.compile(
    rf"{_NO_DIGIT_BEFORE}([(（]?0\d{{2,3}}[)）]?)[ \t\-－—]?[2-9](?:{_GAP}\d){{6,7}}{_NO_DIGIT_AFTER}"
)
_LOCAL = re.compile(
    r"((?:电话|座机|手机|号码|[Pp]hone|[Tt]el\.?)(?:号码|号)?[ \t]*[:：是为]?[ \t]*)"
    rf"[2-9](?:{_GAP}\d){{6,7}}{_NO_DIGIT_AFTER}"
)
_EMAIL = re.compile(r"([\w.+%\-])[\w.+%\-]*@(?:[A-Za-z0-9\-]+\.)+[A-Za-z]{2,}")

_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳"
    "酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞"
    "熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫房裘缪干解应宗丁宣邓"
    "郁单杭洪包诸左石崔吉钮龚程嵇邢滑裴陆荣翁荀羊甄曲家封芮储靳汲邴糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬全郗班仰秋仲伊宫宁仇栾"
    "暴甘厉戎祖武符刘景詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲邰从鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍"
    "璩桑桂濮牛寿通边扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东欧殳沃利蔚"
    "越夔隆师巩厍聂晁勾敖融冷訾辛阚那简饶空曾毋沙乜养鞠须丰巢关蒯相查后荆红游竺权逯盖益桓公肖闫付代覃楚岳亓仝苑郄"
)
_DOUBLE = (
    "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|长孙|宇文|司徒|夏侯|令狐|司空|端木|轩辕|南宫|西门|独孤|申屠|公冶|澹台|淳于|太叔|"
    "闻人|鲜于|闾丘|钟离|濮阳|百里|呼延|赫连|万俟|拓跋|完颜|纳兰|东郭|左丘|公羊|宗政|单于"
)
_LABELS: Final = (
    *(
        "来电人",
        "联系人",
        "投诉人",
        "反映人",
        "举报人",
        "报警人",
        "报案人",
        "求助人",
        "诉求人",
        "当事人",
        "申请人",
    ),
    *("户主", "业主", "房东", "租户", "患者", "老人", "姓名"),
)
_LABEL = f"(?:{'|'.join(_LABELS)})"
_TITLE = r"(?:先生|女士|小姐|同志|师傅|老师|大爷|大妈|阿姨)"
_AFTER_NAME = (
    r"(?=$|[\s,，。；;、:：()（）\d]|反映|投诉|称|来电|致电|表示|说|诉|的|电话|手机|住|在|与|和|"
    r"男|女|先生|女士|联系|举报|要求|希望|报警|求助|咨询|建议|身份证)"
)
_NAMED = re.compile(
    rf"({_LABEL}(?:姓名|名字)?[ \t]*[:：为是叫][ \t]*(?!{_LABEL}))"
    rf"(?:([\u4e00-\u9fff])(?!{_TITLE})[\u4e00-\u9fff·]{{1,7}}?{_AFTER_NAME}|([\u4e00-\u9fff])(?!{_TITLE})[\u4e00-\u9fff·]{{1,3}})"
)
_NAMED_PLAINLY = re.compile(
    rf"({_LABEL}[ \t（(]*)((?:{_DOUBLE})|[{_SURNAMES}])(?!{_TITLE})[\u4e00-\u9fff]{{1,2}}{_AFTER_NAME}"
)
_NAMED_IN_ENGLISH = re.compile(
    r"\b((?:[Cc]aller|[Cc]ontact(?: person)?|[Cc]omplainant|[Rr]eported by|[Rr]esident|[Rr]equester|[Nn]ame)"
    r"[ \t]*(?:[:：]|\bis\b)[ \t]*(?:(?:Mr|Mrs|Ms|Dr)\.?[ \t]+)?)([A-Z])(?!\*)[\w'’\-]*(?:[ \t]+[A-Z][\w'’.\-]*){0,3}"
)

_NUMBER = r"(?:[\dA-Za-z][\dA-Za-z\-－]{0,5}|[一二三四五六七八九十百零〇两]{1,5})"
_HOUSE = re.compile(rf"(?<![\dA-Za-z\-]){_NUMBER}(单元|室(?!内|外)|号房|户(?=[，。,；;室）)]|$))")
_DOOR = re.compile(
    r"((?:路|街|道|巷|弄|胡同|里|村|庄|小区|花园|家园|社区|大院|家属院|公寓|苑|城|园)[中东西南北]?段?[ \t]*)"
    r"(?:\d{1,5}|[一二三四五六七八九十百零〇]{1,5})(?:[-－之]\d{1,4})?(号(?!楼|街|线|井|口|门|台风|车|泵|闸|桥|出)|附\d{1,3}号)"
)
_DASHED = re.compile(r"(?<![\d\-])\d{1,3}[-－]\d{1,2}[-－]\d{3,4}(?![\d\-])")
_STREET = re.compile(
    r"(?<![\w#*\-])\d{1,5}[A-Za-z]?(?:[ \t]*[-–/&][ \t]*\d{1,5}[A-Za-z]?)?"
    r"(?=[ \t]+(?:(?!(?i:of|on|at|in|the|and|for|to|days?|feet|ft|hours?|am|pm)\b)[A-Z][A-Za-z.'’]*[ \t]+){1,4}"
    r"(?i:street|st|avenue|ave|av|road|rd|drive|dr|lane|ln|court|ct|place|pl|square|sq|terrace|ter|boulevard|blvd|"
    r"parkway|pkwy|pk|way|circle|cir|row|wharf|highway|hwy|park|path|alley|aly|mall)\b)"
)
_FLAT = re.compile(
    r"\b((?i:apt|apartment|unit|suite|ste|flat|room|rm)\.?[ \t]*#?[ \t]*|#[ \t]?)(\d{1,5}[A-Za-z]?|[A-Z]\d{0,4})\b"
)

_LABEL_PARTS: Final = ("人", "户主", "业主", "房东", "租户", "患者", "姓名")
_ENGLISH_PARTS: Final = ("aller", "ontact", "omplainant", "eported by", "esident", "equester", "ame")
_DIGIT = re.compile(r"\d")
_ENOUGH_DIGITS = re.compile(r"\d(?:\D{0,2}\d){6}")
_LETTERS = re.compile(r"[A-Za-z]{2}|#")


def masked(text: str) -> str:
    """The text with phone numbers, identity cards, e-mail addresses, names of whoever calls, doors and flats hidden.

    A building's own number stays, for whoever handles the event has to find it. Most texts hold none of it: what a
    pattern cannot do without is looked for first.
    """
    if "@" in text:
        text = _EMAIL.sub(r"\1***@***", text)
    if _DIGIT.search(text) is not None:
        text = _without_doors(numbers_masked(text))
    if "单元" in text or "室" in text or "户" in text or "号房" in text:
        text = _HOUSE.sub(r"*\1", text)
    if "号" in text:
        text = _DOOR.sub(r"\1*\2", text)
    if any(part in text for part in _LABEL_PARTS):
        text = _NAMED.sub(lambda found: f"{found[1]}{found[2] or found[3]}**", text)
        text = _NAMED_PLAINLY.sub(r"\1\2**", text)
    if any(part in text for part in _ENGLISH_PARTS):
        text = _NAMED_IN_ENGLISH.sub(r"\1\2***", text)
    return text


def numbers_masked(text: str) -> str:
    """The text with phone numbers and identity cards hidden: what a log must not keep."""
    if _ENOUGH_DIGITS.search(text) is None:
        return text
    text = _IDENTITY.sub(r"\1****************", text)
    text = _OLD_IDENTITY.sub(r"\1*************", text)
    text = _ABROAD.sub(r"\1***********", text)
    text = _MOBILE.sub(r"\1********", text)
    text = _LANDLINE.sub(r"\1-********", text)
    text = _AMERICAN.sub("***-***-****", text)
    return _LOCAL.sub(r"\1********", text)


def masked_detail(detail: Mapping[str, Any]) -> dict[str, Any]:
    """The details of a step with every text masked that is no code of the city, however deep it lies."""
    return {name: value if name in _CODES else _masked_value(value) for name, value in detail.items()}


def _masked_value(value: Any) -> Any:
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, Mapping):
        return masked_detail(value)
    if isinstance(value, list | tuple):
        return [_masked_value(each) for each in value]
    return value


def _without_doors(text: str) -> str:
    if "-" in text or "－" in text:
        text = _DASHED.sub("*-*-*", text)
    if _LETTERS.search(text) is not None:
        text = _FLAT.sub(r"\1*", _STREET.sub("*", text))
    return text
