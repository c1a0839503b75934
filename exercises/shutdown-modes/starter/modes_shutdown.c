/* Exercice : les trois modes de shutdown. */
#include <arpa/inet.h>  /* htons, inet_pton */
#include <errno.h>      /* errno */
#include <netinet/in.h> /* struct sockaddr_in, IPPORT_USERRESERVED */
#include <signal.h>     /* signal, SIGPIPE */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>     /* strcmp, strlen */
#include <sys/socket.h> /* socket, connect, shutdown, SHUT_RD, SHUT_WR, SHUT_RDWR */
#include <unistd.h>     /* close */

#define ADRESSE "127.0.0.1" /* du serveur, à modifier selon vos besoins */
#define PORT IPPORT_USERRESERVED /* 5000 */
#define LG_MESSAGE 256

int main(int argc, char *argv[])
{
    const char *avant = "avant\n", *apres = "apres\n";
    char message[LG_MESSAGE];

    /* Étape 1 : l'argument choisit le mode ; sinon, le mode d'emploi sur la sortie d'erreur, et EXIT_FAILURE. */

    /* Étape 2 : créer un socket TCP/IPv4 et se connecter. */

    /* Étape 3 : envoyer avant, puis appeler shutdown() avec le mode choisi. */

    /* Étape 4 : essayer d'envoyer apres, sans que SIGPIPE ne tue le programme ; afficher « envoi: N ». */

    /* Étape 5 : essayer de recevoir dans message ; afficher « reception: N ». */

    /* Étape 6 : fermer le socket, terminer avec EXIT_SUCCESS. */

    fprintf(stderr, "%s %s : à compléter (%s, port %d, %zu et %zu octets à envoyer, %zu à recevoir)\n", argv[0],
            argc > 1 ? argv[1] : "", ADRESSE, PORT, strlen(avant), strlen(apres), sizeof(message));
    return EXIT_FAILURE;
}
