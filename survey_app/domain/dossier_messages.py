"""What is wrong with a dossier's row and how to mend it, in the languages of those who mend it."""

LANGUAGES = ("vi", "en")
REMEDIES: dict[str, tuple[str, str]] = {  # code: Vietnamese, English
    "blank": ("không được để trống.", "must not be empty."),
    "dossier_code": (
        "không đúng dạng mã hồ sơ; hãy ghi như 000.00.19.H47-260105-0001 hoặc H57.132-260804-0583.",
        "is no dossier code; write it as 000.00.19.H47-260105-0001 or H57.132-260804-0583.",
    ),
    "code_date": (
        "phần ngày (năm-tháng-ngày) trong mã hồ sơ không có thật; hãy đối chiếu với biên nhận.",
        "the day (yymmdd) within the code does not exist; compare it with the receipt.",
    ),
    "code_after_return": (
        "mã hồ sơ mang ngày sau ngày trả kết quả; hãy sửa mã hoặc ngày trả.",
        "the code carries a day after the return; mend the code or the day of return.",
    ),
    "code_in_future": ("mã hồ sơ mang ngày trong tương lai; hãy sửa mã.", "the code carries a day to come; mend it."),
    "procedure_code": (
        "không đúng dạng mã thủ tục; hãy ghi như 1.011443 hoặc 1.011443.000.00.00.H38, hoặc để trống.",
        "is no procedure code; write it as 1.011443 or 1.011443.000.00.00.H38, or leave it empty.",
    ),
    "too_long": ("dài quá {limit} ký tự; hãy rút gọn.", "is longer than {limit} characters; shorten it."),
    "personal": (
        "có vẻ chứa số điện thoại, số giấy tờ hoặc email; hãy kiểm tra xem các cột có bị lệch không.",
        "seems to hold a phone or identity number or an e-mail address; check whether the columns have shifted.",
    ),
    "not_a_date": (
        "không phải ngày; hãy ghi 31/12/2026 14:30, 2026-12-31 14:30 hoặc 20261231143000, hoặc để trống.",
        "is no date; write 31/12/2026 14:30, 2026-12-31 14:30 or 20261231143000, or leave it empty.",
    ),
    "impossible_date": (
        "ngày hoặc giờ này không có thật; hãy sửa, hoặc để trống nếu chưa có.",
        "this day or hour does not exist; mend it, or leave it empty if there is none yet.",
    ),
    "year_range": ("năm phải từ 2000 đến 2099; hãy sửa năm.", "the year must be 2000 to 2099; mend it."),
    "two_digit_year": ("hãy ghi năm đủ bốn chữ số.", "write the year with four digits."),
    "month_first": (
        "tháng không thể lớn hơn 12; hãy ghi ngày trước, tháng sau: dd/mm/yyyy.",
        "there is no such month; write the day before the month: dd/mm/yyyy.",
    ),
    "ambiguous_date": (
        "không rõ đâu là ngày, đâu là tháng; hãy ghi đủ hai chữ số, ngày trước: 04/03/2026.",
        "day and month cannot be told apart; write two digits each, the day first: 04/03/2026.",
    ),
    "lost_digits": (
        "Excel đã làm tròn số này; hãy định dạng cột là Văn bản (Text) rồi xuất lại từ phần mềm một cửa.",
        "the spreadsheet rounded this number; format the column as text and export it again.",
    ),
    "excel_number": (
        "đây là số ngày của Excel; hãy định dạng cột là ngày dd/mm/yyyy rồi lưu lại.",
        "this is a spreadsheet's number of a day; format the column as dd/mm/yyyy and save it again.",
    ),
    "future": (
        "nằm trong tương lai; hãy sửa, hoặc để trống nếu chưa có.",
        "lies in the future; mend it or leave it empty.",
    ),
    "before": ("sớm hơn {other} ({moment}); hãy sửa một trong hai.", "is before {other} ({moment}); mend one of them."),
    "unknown_value": (
        "không thuộc các giá trị đã biết ({allowed}); hãy sửa, hoặc bổ sung vào tệp ánh xạ (--mapping).",
        "is none of the known values ({allowed}); mend it, or add it to the mapping file (--mapping).",
    ),
    "returned_without_date": (
        "hồ sơ đã trả kết quả nhưng thiếu ngày trả; hãy ghi ngày trả.",
        "the result was returned, but the day is missing; write it.",
    ),
    "open_but_returned": (
        "trạng thái cho biết hồ sơ chưa kết thúc nhưng lại có ngày trả kết quả; hãy sửa một trong hai.",
        "the status says that the case is open, but there is a day of return; mend one of them.",
    ),
    "own_origin": ("hồ sơ gốc không thể là chính hồ sơ này.", "a dossier cannot be its own origin."),
    "unit_missing": (
        "không rõ đơn vị; hãy ghi mã đơn vị, hoặc dùng --desk (nơi tiếp nhận), --agency (nơi giải quyết).",
        "says no unit; write its code, or give --desk (receiving) or --agency (resolving).",
    ),
    "unit_unknown": (
        "không có đơn vị nào mang mã hoặc tên này vào ngày {day}; hãy sửa, hoặc khai báo bằng `sipas units load`.",
        "no unit bears this code or name on {day}; mend it, or add it with `sipas units load`.",
    ),
    "unit_ambiguous": (
        "vào ngày {day} có nhiều đơn vị mang tên này ({units}); hãy ghi mã hoặc tên ngắn của đơn vị.",
        "several units bear this name on {day} ({units}); write the code or the slug.",
    ),
    "unit_scope": (
        "đơn vị này nằm ngoài phạm vi của khoá API; hãy dùng khoá của đơn vị đó.",
        "this unit is outside the scope of the API key; use a key of that unit.",
    ),
    "other_unit": (
        "mã hồ sơ này đã có ở đơn vị khác; hãy kiểm tra mã.",
        "this code is already registered at another unit; check the code.",
    ),
    "repeated": (
        "các dòng {rows} nói khác nhau về cùng một hồ sơ; hãy giữ lại dòng đúng.",
        "rows {rows} tell different things of one dossier; keep the right one.",
    ),
    "cells": (
        "dòng có {found} ô, tiêu đề có {wanted}; hãy kiểm tra dấu phân cách và dấu ngoặc kép.",
        "the row has {found} cells, the headings are {wanted}; check separators and quotation marks.",
    ),
    "unreadable": (
        "không đọc được ({reason}); hãy sửa trong tệp gốc.",
        "cannot be read ({reason}); mend it in the file.",
    ),
}


def remedy(code: str, params: dict[str, str], language: str) -> str:
    """The sentence of a problem; Vietnamese unless English is wanted."""
    return REMEDIES[code][LANGUAGES.index(language)].format(**params)
