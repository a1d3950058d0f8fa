"""What is said on the demo network, in two languages. Everybody and everything in it is made up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

Lines = Mapping[str, Mapping[str, Sequence[str]]]

PEOPLE: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "en": (
        ("mia.k", "Mia K."),
        ("jonas_w", "Jonas W."),
        ("theo.walks", "Theo R."),
        ("lena.bakes", "Lena F."),
        ("ravi_p", "Ravi P."),
        ("clara.on.wheels", "Clara B."),
        ("olu_a", "Olu A."),
        ("hanna.reads", "Hanna S."),
        ("ben.t", "Ben T."),
        ("sofia_m", "Sofia M."),
        ("emre.d", "Emre D."),
        ("greta.h", "Greta H."),
    ),
    "ru": (
        ("katya.v", "Катя В."),
        ("ilya_n", "Илья Н."),
        ("marina.s", "Марина С."),
        ("pavel.o", "Павел О."),
        ("sveta_k", "Света К."),
        ("timur.a", "Тимур А."),
    ),
}

# (scene, what the picture shows, text), oldest first
POSTS: Final[Mapping[str, tuple[tuple[str, str, str], ...]]] = {
    "en": (
        (
            "street",
            "A small coffee shop with a striped awning at sunset",
            "We stay open until eight from this week on. Come by after work, the evening light is worth it.",
        ),
        (
            "beans",
            "Freshly roasted coffee beans",
            "Fresh from the drum: our autumn roast. Hazelnut, plum and a little smoke. In the shop and online from today.",
        ),
        (
            "cup",
            "A cup of coffee with a heart drawn in the milk",
            "Practice makes the heart. Our Saturday latte art class has four seats left, beginners welcome.",
        ),
    ),
    "ru": (
        (
            "street",
            "Маленькая кофейня с полосатым навесом на закате",
            "С этой недели мы открыты до восьми. Заходите после работы, вечерний свет того стоит.",
        ),
        (
            "beans",
            "Свежеобжаренные кофейные зёрна",
            "Только из барабана: осенняя обжарка. Фундук, слива и немного дыма. С сегодняшнего дня в кофейне и на сайте.",
        ),
        (
            "cup",
            "Чашка кофе с сердцем из молока",
            "Сердце требует практики. На субботний мастер-класс по латте-арту осталось четыре места, приходите и новички.",
        ),
    ),
}

# By the language of the speaker; “foreign” is said where the network speaks the other one.
COMMENTS: Final[Lines] = {
    "en": {
        "question": (
            "Do you have oat milk?",
            "Are dogs allowed inside?",
            "Is the autumn roast good for a moka pot, or better as filter?",
            "How much is the class, and do I need to bring anything?",
            "Are you open on Sunday as well?",
            "Do you ship to Austria? The shop page only shows Germany.",
            "Which of your beans has the least acidity? My stomach is asking.",
            "Can I get the beans ground for a French press?",
            "Is there wifi, or is it a laptop-free place?",
            "Do you still take the old stamp cards?",
            "Is the hazelnut an aroma or just the tasting note? I'm allergic, so it matters.",
            "Do you have a decaf that tastes like coffee?",
        ),
        "praise": (
            "Best flat white on this side of the river, no contest.",
            "That autumn roast made my Monday survivable. Thank you!",
            "The lady at the counter remembered my order after two weeks. Little things 🧡",
            "Took the class in spring and my hearts finally look like hearts. Well, most of them.",
            "Your window seats are my favourite office.",
            "Finally a café where the music is quieter than the people.",
            "Smells like this all the way up to the tram stop 😍",
        ),
        "complaint": (
            "Waited 25 minutes for a cappuccino this morning and it came lukewarm. Not what I expect for 4.20.",
            "My order from last Tuesday still hasn't shipped and nobody answers the mail. What's going on?",
            "The bag I got was roasted two months ago. “Fresh from the drum”? Really?",
            "Second time the app took my money and the shop said there is no order. Please fix this.",
            "Your staff was rude to my mother today. She only asked for a glass of water.",
        ),
        "spam": (
            "🔥🔥 I make 900 a day from my phone!! ask me how, link in my bio 🔥🔥",
            "Need 10,000 followers by Friday? Cheap & real people. Write me now!",
            "Congratulations!!! You are today's winner. Click my profile to claim the prize.",
        ),
        "mention": (
            "Rainy day, good book, and an autumn roast from @northwind. I am not leaving this chair.",
            "Does anybody know if @northwind still does the cupping on Thursdays?",
            "Blind tasting at the office: @northwind beat three much pricier bags.",
            "Planning a small wedding in May. @northwind, do you do mobile coffee bars?",
            "@northwind your web shop says “sold out” for everything since this morning. On purpose?",
        ),
        "foreign": (
            "Hi @northwind, I'm visiting next week. Do you have a menu in English?",
            "Hello @northwind! Is the tasting in English too?",
            "@northwind, found you by the smell from the bridge. Which beans do I take home as a present?",
        ),
    },
    "ru": {
        "question": (
            "А овсяное молоко есть?",
            "С собакой можно?",
            "Осенняя обжарка подойдёт для гейзерной кофеварки?",
            "Сколько стоит мастер-класс и нужно ли что-то брать с собой?",
            "В воскресенье работаете?",
            "Доставляете в другие города?",
            "Можно купить зерно сразу помолотым под френч-пресс?",
            "Есть декаф, похожий на кофе?",
            "Фундук это ароматизатор или просто нота вкуса? У меня аллергия.",
        ),
        "praise": (
            "Лучший флэт-уайт в районе, без вариантов.",
            "Осенняя обжарка спасла мой понедельник. Спасибо!",
            "Бариста запомнила мой заказ через две недели. Мелочь, а приятно 🧡",
            "Наконец-то кофейня, где музыка тише людей.",
            "Весной была на мастер-классе: сердца наконец похожи на сердца.",
        ),
        "complaint": (
            "Ждала капучино 25 минут, и он был еле тёплый. За такие деньги обидно.",
            "Заказ с прошлого вторника так и не отправили, на письма никто не отвечает. Что происходит?",
            "Пачка обжарена два месяца назад. Это «только из барабана»?",
            "Приложение второй раз списало деньги, а в кофейне говорят, что заказа нет.",
        ),
        "spam": (
            "🔥🔥 Зарабатываю с телефона 50 000 в неделю!! Научу, ссылка в профиле 🔥🔥",
            "Нужны подписчики? Живые, недорого, пишите в личку!",
        ),
        "mention": (
            "Дождь, книга и осенняя обжарка от @northwind. С этого кресла я не встану.",
            "Кто знает, у @northwind ещё бывают дегустации по четвергам?",
            "Готовим маленькую свадьбу в мае. @northwind, у вас есть выездной кофейный бар?",
        ),
        "foreign": (
            "Добрый день, @northwind! Буду в городе на выходных: у вас есть меню на русском?",
            "@northwind, подскажите, пожалуйста, до скольки вы работаете в субботу?",
            "Привезли в подарок кофе от @northwind, очень вкусно. А в Ереван отправляете?",
            "@northwind, можно ли записаться на мастер-класс вдвоём?",
        ),
    },
}
FIXES: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("Edit: I mean the shop by the river.", "(edit: asking for this weekend)", "Edit: sorry, typed too fast."),
    "ru": ("Upd: я про кофейню у реки.", "(поправка: на эти выходные)", "Upd: простите, опечатался."),
}

THANKS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("That was quick, thank you!", "Great, thanks 🙏", "Thanks for the answer, see you soon."),
    "ru": ("Так быстро, спасибо!", "Отлично, благодарю 🙏", "Спасибо за ответ, скоро зайду."),
}
