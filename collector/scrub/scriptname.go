package scrub

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// isNameInScript says whether v is written as names of people are in a script without
// capitals: a family name and up to three letters in Chinese, Japanese and Korean,
// two to four words in Arabic, Hebrew and Indian scripts.
func isNameInScript(v string) bool {
	if isASCII(v) || !isUncased(v) || hasForeignStop(v) {
		return false
	}
	n := utf8.RuneCountInString(v)
	if isUnspacedProse(strings.ReplaceAll(v, " ", "")) {
		for _, family := range familyNames {
			if rest := n - utf8.RuneCountInString(family); strings.HasPrefix(v, family) && rest >= 1 && rest <= 3 {
				return !unspacedThings.has(v)
			}
		}
		return false
	}
	words := len(strings.Fields(v))
	return words >= 2 && words <= 4
}

// isUncased says whether v has letters without capitals, and blanks, alone.
func isUncased(v string) bool {
	for _, r := range v {
		if !unicode.In(r, unicode.Lo, unicode.Lm, unicode.M) && r != ' ' && r != '・' {
			return false
		}
	}
	return v != "" && v[0] >= utf8.RuneSelf
}

// familyNames are the most frequent ones in China, Japan and Korea; the longer first.
var familyNames = strings.Fields(`佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 斎藤 清水
	山崎 池田 橋本 阿部 石川 山下 中島 石井 小川 前田 岡田 長谷川 藤田 後藤 近藤 村上 遠藤 青木 坂本 斉藤 福田 太田 西村 藤井
	欧阳 司马 上官 诸葛 남궁 황보
	王 李 张 張 刘 劉 陈 陳 杨 楊 黄 赵 趙 吴 吳 周 徐 孙 孫 马 馬 朱 胡 郭 何 林 罗 羅 郑 鄭 梁 谢 謝 宋 唐 许 許 韩 韓 冯
	馮 邓 鄧 曹 彭 曾 肖 蕭 田 董 袁 潘 蒋 蔣 蔡 余 杜 叶 葉 程 苏 蘇 魏 吕 呂 丁 沈 任 姚 卢 盧 傅 钟 鍾 姜 崔 谭 譚 廖 范
	汪 陆 陸 石 戴 贾 賈 韦 夏 邱 方 侯 邹 鄒 熊 孟 秦 白 江 阎 薛 尹 段 雷 黎 史 龙 陶 贺 顾 毛 郝 龚 邵
	김 이 박 최 정 강 조 윤 장 임 한 오 서 신 권 황 안 송 류 홍 고 문 손 배 백 허 남 심 노 하 곽 성 차 주 우 구 민 유 나 진`)

// unspacedThings begin with a family name and are things.
var unspacedThings = words(`이미지 이메일 이벤트 이용자 이용권 서비스 서류명 주문서 주문자 주소록 문서함 문의하기 신청서 신용카드
	정보 조건 장바구니 한국어 고객명 고객사 고객센터 안내문 안내 강의실 오류 오류명 유효성 유형 구매자 구독자 나라 진행중
	成功 方法 方式 任务 任務 程序 白名单 黄金会员 高级会员 江苏 石油 马上 金额 江西 龙卷风 石川県 山口県`)

// extendUncased extends an unquoted name in a script without capitals by the words
// that follow it.
func (p *pair) extendUncased() {
	end := p.end
	for range maxNameWords - 2 {
		if !hasByte(p.s, end, ' ') {
			return
		}
		next := end + 1
		for next < len(p.s) && !nameEndsAt[p.s[next]] {
			next++
		}
		word := p.s[end+1 : next]
		if !isUncased(word) || hasForeignStop(word) || hasByte(p.s, next, ':') || hasByte(p.s, next, '=') {
			return
		}
		end = next
		p.end = end
	}
}

// isNamedAlone says whether a plain name needs no other part of a name near it: it is
// written as one, and its label is not that of a thing, as in "ürün adı".
func (p *pair) isNamedAlone() bool {
	if isNameInScript(p.value()) {
		return !p.isOfThing()
	}
	name := strings.Trim(p.s[p.name:p.sep], " ")
	return !p.isEnclosed() && p.spaced && !strings.EqualFold(name, "name") && isPersonShaped(p.value()) && !p.isOfThing()
}

// isOfThing says whether another word is before the name of the pair.
func (p *pair) isOfThing() bool {
	i := p.name
	for i > 0 && p.s[i-1] >= utf8.RuneSelf {
		i--
	}
	return i > 1 && p.s[i-1] == ' ' && (is(p.s[i-2], alnum) || p.s[i-2] >= utf8.RuneSelf)
}
