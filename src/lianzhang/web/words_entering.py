"""Fixed words of the sign-in page, both languages side by side."""

from __future__ import annotations

from collections.abc import Mapping

from lianzhang.i18n import Text

ENTERING_WORDS: Mapping[str, Text] = {
    "enter": Text("登录", "Sign in"),
    "leave": Text("退出登录", "Sign out"),
    "enter_title": Text("凭令牌登录", "Sign in with the token"),
    "enter_read": Text(
        "这台服务器的内容凭令牌阅读。登录一次，关闭浏览器前一直有效。",
        "What this server shows is read with its token. You are asked once; it holds until the browser is closed.",
    ),
    "enter_write": Text(
        "阅读不需要登录；补记数字、上传文件、审核和计算需要令牌。",
        "Reading needs no sign-in; adding figures, uploading, reviewing and computing need the token.",
    ),
    "enter_in": Text("已登录。可以阅读，也可以写入。", "You are signed in and may read and write."),
    "enter_out": Text("已退出。", "You are signed out."),
    "enter_on": Text("继续", "Go on"),
    "enter_back": Text("登录后打开", "Opens afterwards"),
    "enter_where": Text("令牌在哪里", "Where the token is"),
    "enter_where_ask": Text(
        "向管理这台服务器的人索取。令牌是启动服务时设定的一串字符，至少 16 位。",
        "Ask whoever runs this server. It is a row of at least 16 characters, set when the server was started.",
    ),
    "enter_where_set": Text(
        "如果是您管理：它是环境变量 LIANZHANG_TOKEN 的值，通常写在 /etc/lianzhang.env 里；"
        "或是启动时用 token 选项给出的那一串。",
        "If that is you: it is the value of LIANZHANG_TOKEN, usually in /etc/lianzhang.env, or what the option token was "
        "given at start.",
    ),
    "enter_where_local": Text(
        "只在本机运行且没有设定时，令牌显示在启动服务的终端里。",
        "On a server for this machine alone that was given none, it stands in the terminal where it was started.",
    ),
    "enter_kept": Text("会记下什么", "What is kept"),
    "enter_kept_about": Text(
        "浏览器里只有一个脚本读不到的会话标记，不保存令牌；服务器记下有人登录或被拒，不记姓名和地址。",
        "The browser keeps a mark of the session that scripts cannot read, not the token. The server notes that somebody "
        "signed in or was refused, without name or address.",
    ),
}
